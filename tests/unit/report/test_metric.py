from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.trial import Direction
from dean_provider.report.metric import Metric

WASTE = Metric("excess", "%", Direction.MINIMIZE)
PROFIT = Metric("profit", "", Direction.MAXIMIZE)


@given(fitness=st.lists(st.floats(allow_nan=False), min_size=1))
@pytest.mark.parametrize("metric", [WASTE, PROFIT])
def test_the_fittest_reads_best(metric, fitness):
    assert metric.best([metric.of_fitness(each) for each in fitness]) == metric.of_fitness(max(fitness))


def test_minimised_metrics_are_the_negative_of_fitness():
    assert WASTE.of_fitness(-3.2) == 3.2
    assert PROFIT.of_fitness(-3.2) == -3.2
    assert math.copysign(1, WASTE.of_fitness(0.0)) == 1


def test_better_is_strict_and_follows_the_direction():
    assert WASTE.better(1, 2)
    assert not WASTE.better(2, 2)
    assert PROFIT.better(2, 1)
    assert not PROFIT.better(2, 2)


@pytest.mark.parametrize(
    ("value", "text"), [(3.2, "3.20\u202f%"), (0.4, "0.40\u202f%"), (0.00512, "0.00512\u202f%"), (None, "\u2013"), (math.nan, "\u2013")]
)
def test_values_carry_their_unit(value, text):
    assert WASTE.text(value) == text


def test_a_service_without_objectives_is_read_as_fitness():
    assert Metric.of(None) == Metric("fitness", "", Direction.MAXIMIZE)
