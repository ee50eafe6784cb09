from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.operators.identity import SEED_BITS, pattern_id, population_id, seed_of, start_task_beside, trial_id

NAMESPACE = UUID("3f0a8c1e-5b7d-4c55-9a51-2f3c8f1d7e60")
names = st.text(min_size=1, max_size=30)
tasks = st.tuples(names, names, names, st.integers(-1, 1000))


def name(namespace, task):
    dag_id, run_id, task_id, map_index = task
    return trial_id(namespace, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index)


@given(task=tasks)
def test_the_same_task_instance_is_the_same_trial_in_every_try(task):
    assert name(NAMESPACE, task) == name(NAMESPACE, task)
    assert UUID(name(NAMESPACE, task)).version == 5


@given(one=tasks, other=tasks)
def test_other_task_instances_are_other_trials(one, other):
    assert (name(NAMESPACE, one) == name(NAMESPACE, other)) == (one == other)


def test_parts_never_run_into_each_other():
    assert name(NAMESPACE, ("a", "b", "c", -1)) != name(NAMESPACE, ('a","b', "c", "", -1))


@given(task=tasks)
def test_two_installations_never_share_a_trial(task):
    assert name(NAMESPACE, task) != name(uuid4(), task)


def test_the_id_of_today_is_the_id_of_tomorrow():
    """Changing how ids are made would start second trials in upgraded installations."""
    found = name(NAMESPACE, ("dean_evolution_trial", "manual__1", "start_evolution", -1))
    assert found == "796715fd-6b0c-519d-a6d6-8bdd88dedc99"
    assert population_id(found) == "1366a64c-fd33-537f-ad76-b8e82c569da4"
    assert seed_of(found) == 5117949392997452


@given(trial=st.uuids().map(str))
def test_what_a_trial_needs_is_derived_from_its_id(trial):
    assert population_id(trial) != trial
    assert population_id(trial) == population_id(trial)
    assert 0 <= seed_of(trial) < 2**SEED_BITS
    assert seed_of(trial) == seed_of(trial)


@given(trial=st.text(min_size=1, max_size=40), low=st.floats(0, 1), high=st.floats(1, 2))
def test_the_same_ranges_are_the_same_pattern(trial, low, high):
    body = {"ranges": [{"trait": "x", "low": low, "high": high}]}
    assert pattern_id(trial, body) == pattern_id(trial, {"ranges": [{"high": high, "low": low, "trait": "x"}]})
    assert pattern_id(trial, body) != pattern_id(trial + "!", body)


def test_the_start_task_is_looked_for_in_ones_own_group():
    assert start_task_beside("validate_trial") == "start_evolution"
    assert start_task_beside("outer.inner.validate_trial") == "outer.inner.start_evolution"
