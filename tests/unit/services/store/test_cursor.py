from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.errors import InvalidConfigurationError
from dean_provider.services.store import read_cursor, write_cursor

NUMBERS = st.integers(-(2**62), 2**62)


@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_what_was_written_is_read(key):
    assert read_cursor(write_cursor(*key), parts=len(key)) == tuple(key)


def test_no_cursor_is_the_beginning():
    assert read_cursor(None) is None


@given(st.text(max_size=300))
def test_anything_else_is_refused_or_a_key(cursor):
    try:
        key = read_cursor(cursor)
    except InvalidConfigurationError as error:
        assert error.details["problems"][0]["field"] == "cursor"  # noqa: PT017  either outcome is right
    else:
        assert len(key) == 1


def test_a_cursor_of_another_list_is_refused():
    with pytest.raises(InvalidConfigurationError):
        read_cursor(write_cursor(1, 2), parts=1)
