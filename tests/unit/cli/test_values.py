"""Settings at the command line: whatever is typed becomes JSON data, and the same as in a file."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.cli.values import configuration
from dean_provider.config import options

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*options(), "from_the_future"]), st.text(max_size=50))
def test_whatever_is_typed_can_be_sent(name: str, text: str) -> None:
    json.dumps(configuration([f"{name}={text}"]), allow_nan=False)


@given(JSON)
def test_json_is_what_it_says_where_the_setting_is_not_known(value: object) -> None:
    assert configuration([f"from_the_future={json.dumps(value)}"]) == {"from_the_future": value}


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3))
def test_mappings_are_json(labels: dict[str, str]) -> None:
    assert configuration([f"labels={json.dumps(labels)}"]) == {"labels": labels}


@given(st.text(max_size=30))
def test_text_stays_text(text: str) -> None:
    assert configuration([f"name={text}"]) == {"name": text}
