from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymoo.operators.crossover.sbx import cross_sbx
from pymoo.operators.mutation.pm import mut_pm

from dean_provider.engine.arithmetic import Exponents, exponential, versine


@given(st.floats(-1e6, 1e6))
def test_versine(turns):
    fraction = turns - round(turns)
    assert versine(np.array([turns]))[0] == pytest.approx(2 * math.sin(math.pi * fraction) ** 2, rel=1e-13, abs=1e-300)


@given(st.floats(-690, 690))
def test_exponential(x):
    assert exponential(np.array([x]))[0] == pytest.approx(math.exp(x), rel=1e-13)


def test_exponential_beyond_doubles_stays_finite():
    assert np.isfinite(exponential(np.array([-1e300, 1e300]))).all()


@given(st.floats(1e-19, 1e19))
def test_powers(base):
    index, value = Exponents.index((1,)), np.array([base])
    assert np.power(value, index + 1.0)[0] == pytest.approx(base**16, rel=1e-14)
    assert np.power(value, -(index + 1.0))[0] == pytest.approx(base**-16, rel=1e-14)
    assert np.power(value, 1.0 / (index + 1.0))[0] == pytest.approx(base ** (1 / 16), rel=1e-14)


def test_powers_are_plain_arrays():
    assert type(np.power(np.ones(3), Exponents.index((3,)) + 1.0)) is np.ndarray


def test_other_powers_are_refused():
    with pytest.raises(ValueError, match="16"):
        np.power(np.ones(1), Exponents.index((1,)))


def parents():
    return np.random.default_rng(1).uniform(-3.0, 2.0, size=(2, 40, 7)), np.full(7, -3.0), np.full(7, 2.0)


def test_crossover_is_pymoos_to_rounding():
    x, low, high = parents()

    def crossed(index):
        half = np.full((40, 1), 0.5)
        return cross_sbx(x, low, high, index, half, half, random_state=np.random.default_rng(2))

    ours = crossed(Exponents.index((40, 1)))
    assert type(ours) is np.ndarray
    np.testing.assert_allclose(ours, crossed(np.full((40, 1), 15.0)), rtol=1e-12, atol=1e-12)


def test_mutation_is_pymoos_to_rounding():
    x, low, high = parents()

    def mutated(index):
        return mut_pm(x[0], low, high, index, np.full(40, 0.5), at_least_once=False, random_state=np.random.default_rng(2))

    ours = mutated(Exponents.index((40,)))
    assert type(ours) is np.ndarray
    np.testing.assert_allclose(ours, mutated(np.full(40, 15.0)), rtol=1e-12, atol=1e-12)
