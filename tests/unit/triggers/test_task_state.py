from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ErrorResponse, GetTaskStates, TaskStatesResult
from airflow.utils.state import TaskInstanceState

from dean_provider.triggers.task_state import TaskIdentity, correlation_of, read_task_state

IDENTITY = TaskIdentity("dag", "run", "group.await_evolution")


@pytest.fixture
def supervisor(monkeypatch):
    """Stands in for the triggerer's supervisor and its answer to one question."""

    def install(answer, **attributes):
        asked = []

        async def asend(message):
            asked.append(message)
            return answer

        monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", SimpleNamespace(asend=asend, **attributes), raising=False)
        return asked

    return install


@pytest.mark.parametrize(
    ("identity", "states", "expected"),
    [
        (IDENTITY, {"run": {"group.await_evolution": "failed"}}, "failed"),
        (IDENTITY, {"run": {"group.await_evolution": TaskInstanceState.DEFERRED}}, "deferred"),
        (IDENTITY, {"run": {"group.await_evolution": None}}, None),
        (TaskIdentity("dag", "run", "await", 3), {"run": {"await_3": "success", "await_4": "failed"}}, "success"),
        (IDENTITY, {}, "removed"),
        (IDENTITY, {"run": {}}, "removed"),
    ],
)
async def test_reads_the_state_of_its_own_task_instance(supervisor, identity, states, expected):
    asked = supervisor(TaskStatesResult(task_states=states))
    assert await read_task_state(identity) == expected
    (question,) = asked
    assert isinstance(question, GetTaskStates)
    assert (question.dag_id, question.run_ids, question.task_ids) == (identity.dag_id, [identity.run_id], [identity.task_id])
    assert question.map_index == (identity.map_index if identity.map_index >= 0 else None)


async def test_an_error_is_no_answer(supervisor):
    supervisor(ErrorResponse())
    with pytest.raises(ConnectionError):
        await read_task_state(IDENTITY)


async def test_a_supervisor_that_has_gone_is_not_waited_for(supervisor):
    reader = asyncio.get_running_loop().create_future()
    reader.set_result(None)
    asked = supervisor(TaskStatesResult(task_states={}), _reader_task=reader)
    with pytest.raises(ConnectionError):
        await read_task_state(IDENTITY)
    assert not asked


def test_outside_of_airflow_there_is_no_answer(monkeypatch):
    monkeypatch.delattr(task_runner, "SUPERVISOR_COMMS", raising=False)
    with pytest.raises(ConnectionError):
        asyncio.run(read_task_state(IDENTITY))


def test_one_correlation_id_for_every_try_of_a_task(make_context):
    first, second = make_context(try_number=1), make_context(try_number=2)
    assert correlation_of(first) == correlation_of(second)
    assert correlation_of(first) != correlation_of(make_context("other"))
