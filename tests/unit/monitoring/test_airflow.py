"""How long tasks of trials wait, by what Airflow's scheduler and triggerer leave in its database."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from airflow.models import import_all_models
from airflow.models.taskinstance import TaskInstance
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dean_provider.monitoring.airflow import components_source
from tests.unit.monitoring.conftest import START

NOW = START + timedelta(hours=10)


@pytest.fixture
def figures(empty_record, run_trials):
    """What is told of tasks, each given by its state, when it was scheduled, and when it was queued; seconds before now."""

    import_all_models()

    def ago(seconds: float | None) -> datetime | None:
        return None if seconds is None else NOW - timedelta(seconds=seconds)

    async def ask(*tasks: tuple[str, float | None, float | None], dag_id: str = "mine") -> dict[str, float]:
        with empty_record() as engine:
            TaskInstance.__table__.create(engine)
            rows = [
                {
                    "id": UUID(int=number),
                    "task_id": f"t{number}",
                    "dag_id": dag_id,
                    "run_id": "r",
                    "pool": "default_pool",
                    "pool_slots": 1,
                    "state": state,
                    "scheduled_dttm": ago(scheduled),
                    "queued_dttm": ago(queued),
                }
                for number, (state, scheduled, queued) in enumerate(tasks)
            ]

            @contextmanager
            def sessions():
                with Session(engine) as session, session.begin():
                    yield session

            with sessions() as session:
                run_trials(session, range(1, 2), NOW)
                session.execute(insert(TaskInstance.__table__), rows)
            found = await components_source(sessions, 5.0, lambda: NOW, dict).ask()
        told = {one.name if not one.labels else f"{one.name} {one.labels[0][1]}": one.value for one in found.figures.samples}
        return {name.removeprefix("dean_airflow_"): value for name, value in told.items()}

    return ask


async def test_a_task_waits_from_when_it_came_into_its_state(figures) -> None:
    told = await figures(("scheduled", 40, None), ("queued", 90, 60), ("running", 4000, 3000), ("deferred", 9000, 8000))
    assert told == {"tasks scheduled": 1, "tasks queued": 1, "queue_lag_seconds": 60}


async def test_a_task_that_resumes_after_hours_of_deferral_has_waited_since_it_resumed(figures) -> None:
    assert (await figures(("scheduled", 5, 7200)))["queue_lag_seconds"] == 5
    assert (await figures(("queued", 5, 3)))["queue_lag_seconds"] == 3


async def test_tasks_of_other_dags_are_not_looked_at(figures) -> None:
    assert await figures(("queued", 90, 60), dag_id="theirs") == {"tasks scheduled": 0, "tasks queued": 0, "queue_lag_seconds": 0}
