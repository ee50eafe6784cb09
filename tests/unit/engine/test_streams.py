from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.engine.streams import stream

KEYS = st.tuples(st.integers(0, 2**53 - 1), st.integers(0, 10**9), st.text(max_size=20))


@given(KEYS)
def test_same_key_same_numbers(key):
    assert stream(*key).random(5).tolist() == stream(*key).random(5).tolist()


@given(KEYS, KEYS)
def test_other_key_other_numbers(one, other):
    assert (stream(*one).random(4).tolist() == stream(*other).random(4).tolist()) == (one == other)


def test_numbers_never_change():
    """A change here changes every digest ever promised."""
    assert stream(1, 2, "selection").integers(0, 1000, size=5).tolist() == [615, 526, 790, 676, 59]
