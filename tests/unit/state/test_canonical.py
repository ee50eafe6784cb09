from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.errors import LimitExceededError
from dean_provider.state.canonical import MAX_DEPTH, clean, dumps, loads, rounded

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(ANY)
def test_whatever_it_is_it_can_be_written_and_read_back(value) -> None:
    kept = clean(value)
    text = dumps(kept)
    assert loads(text) == kept
    assert dumps(loads(text)) == text
    assert clean(kept) == kept


@given(ANY)
def test_any_other_reader_of_json_reads_what_was_written(value) -> None:
    text = dumps(clean(value))
    assert dumps(rounded(json.loads(text))) == text


@given(st.dictionaries(st.text(max_size=4), st.integers(-9, 9)))
def test_the_order_of_names_does_not_matter(value) -> None:
    assert dumps(clean(dict(reversed(value.items())))) == dumps(clean(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": 2.0}, '{"a":2,"b":1}'),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (-0.0, "0"),
        ("é\n", '"é\\n"'),
        (2**53, '"9007199254740992"'),
        (float("inf"), "null"),
        ("\0\ud800", '"\ufffd\ufffd"'),
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6},
            '{"\\r":2,"1":4,"\x80":6,"\u20ac":1,"\U0001f600":5,"\ufb33":3}',
        ),
    ],
)
def test_it_is_written_as_the_rfc_says(value, text) -> None:
    assert dumps(clean(value)) == text


def test_nesting_is_bounded() -> None:
    deep: list = []
    for _ in range(MAX_DEPTH):
        deep = [deep]
    with pytest.raises(LimitExceededError):
        clean(deep)
