from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.monitoring.alerts.timing import Change, Timer, step

VALUES = st.one_of(st.none(), st.sampled_from([0.0, 7.9, 8.0, 9.0, 10.0, 10.1, 50.0]))


def _run(rule, values, seconds=10.0):
    """What happens when: (index, change)."""
    timer, firing, found = Timer(), False, []
    for index, value in enumerate(values):
        timer, change = step(rule, timer, value, index * seconds, firing=firing)
        if change is not None:
            firing = change is Change.RAISED
            found.append((index, change))
    return found


@pytest.mark.parametrize(
    ("fields", "values", "found"),
    [
        ({}, [10, 11], [(1, Change.RAISED)]),
        ({"for": 20}, [11, 11, 11], [(2, Change.RAISED)]),
        ({"for": 20}, [11, 11, 9, 11, 11], []),
        ({"clear_for": 0}, [11, 10], [(0, Change.RAISED), (1, Change.RESOLVED)]),
        ({"clear": 8, "clear_for": 0}, [11, 9, 8.5, 8], [(0, Change.RAISED), (3, Change.RESOLVED)]),
        ({"clear": 8, "clear_for": 20}, [11, 8, 8, 8], [(0, Change.RAISED), (3, Change.RESOLVED)]),
        ({"clear": 8, "clear_for": 20}, [11, 8, 8, 9, 8, 8], [(0, Change.RAISED)]),
        ({"below": 1, "clear_for": 0}, [1, 0, 1], [(1, Change.RAISED), (2, Change.RESOLVED)]),
        ({"at_least": 10, "clear_for": 0}, [10, 9.9], [(0, Change.RAISED), (1, Change.RESOLVED)]),
        ({"at_most": 1, "clear": 2, "clear_for": 0}, [1, 2, 2.1], [(0, Change.RAISED), (2, Change.RESOLVED)]),
        ({"clear_for": 0}, [11, None, None, 9], [(0, Change.RAISED), (3, Change.RESOLVED)]),
        ({"clear_for": 0, "no_data": "resolve"}, [11, None], [(0, Change.RAISED), (1, Change.RESOLVED)]),
        ({"for": 20, "no_data": "fire"}, [0, None, None, None], [(3, Change.RAISED)]),
        ({"for": 20}, [11, None, 11, 11], []),
    ],
)
def test_an_incident_begins_and_ends_when_the_rule_says(rule, fields, values, found) -> None:
    assert _run(rule(**fields), values) == found


@given(st.lists(st.floats(8.0, 10.0, exclude_min=True)), st.booleans())
def test_nothing_changes_inside_the_band(rule, inside, begun) -> None:
    """Between the way back and the threshold an open incident lasts, and none begins."""
    values = [*([11.0] if begun else []), *inside]
    assert _run(rule(clear=8, clear_for=0), values) == ([(0, Change.RAISED)] if begun else [])


@given(st.lists(VALUES, max_size=60), st.integers(0, 40), st.integers(0, 40), st.sampled_from(["hold", "resolve", "fire"]))
def test_beginnings_and_ends_alternate_and_are_as_far_apart_as_the_rule_says(rule, values, lasting, back, no_data) -> None:
    found = _run(rule(clear=8, no_data=no_data, clear_for=back, **{"for": lasting}), values)
    assert [change for _, change in found] == [Change.RAISED, Change.RESOLVED] * (len(found) // 2) + [Change.RAISED] * (len(found) % 2)
    for (before, _), (after, change) in pairwise(found):
        assert (after - before - 1) * 10 >= (back if change is Change.RESOLVED else lasting)
