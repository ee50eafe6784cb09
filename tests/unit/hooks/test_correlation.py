from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.hooks import correlation_id, run_prefix

names = st.text(max_size=12)


@given(names, names, names, st.integers(-1, 100))
def test_is_a_uuid_and_always_the_same(dag: str, run: str, task: str, index: int) -> None:
    found = correlation_id(dag, run, task, index)

    assert UUID(found).version == 4
    assert found == correlation_id(dag, run, task, index)


def test_tells_tasks_and_runs_apart() -> None:
    ids = {correlation_id(dag, run, task, index) for dag in "ab" for run in "ab" for task in "ab" for index in (-1, 0, 1)}

    assert len(ids) == 24
    assert correlation_id("a", "bc") != correlation_id("ab", "c")


@given(names, names, names, st.integers(-1, 100))
def test_all_calls_of_a_run_are_found_by_how_their_ids_begin(dag: str, run: str, task: str, index: int) -> None:
    assert correlation_id(dag, run, task, index).startswith(run_prefix(dag, run) + "-")
    assert not correlation_id(dag, run + "x", task, index).startswith(run_prefix(dag, run))
