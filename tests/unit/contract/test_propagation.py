from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.propagation import PropagationConfig


def config(**changes):
    return PropagationConfig(source_trial_id="a", target_trial_id="b", **changes)


def test_the_share_grows_by_the_same_in_every_cycle_to_the_whole():
    assert config().shares == [0.2, 0.7, 1.0]
    assert config(test_share=1).shares == [1.0]
    assert config(test_share=0.1, expansion_rate=1).shares == [0.1, 1.0]


@given(test_share=st.floats(1e-3, 1), rate=st.floats(0.01, 1))
def test_whatever_the_rates_it_ends_with_the_whole_population(test_share, rate):
    shares = config(test_share=test_share, expansion_rate=rate).shares
    assert shares[0] == test_share
    assert shares[-1] == 1
    assert shares == sorted(set(shares))
