"""Readings as a test wants them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.reading import Family, Reading, Sample
from dean_provider.state.statements import table_of
from dean_provider.state.tables import WorkflowRow

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """A reading so many seconds after the start, with counters and gauges by name."""

    def make(seconds: float, *samples: Sample, counters: tuple[str, ...] = (), **more: Any) -> Reading:
        families = {one.name: Family(MetricType.COUNTER if one.name in counters else MetricType.GAUGE) for one in samples}
        return Reading(START + timedelta(seconds=seconds), "host/1", 10.0, samples=samples, families=families, **more)

    return make


@pytest.fixture(scope="session")
def run_trials() -> Callable[..., None]:
    """Puts running trials into a record by their numbers, each begun a second after the one before and last heard of at ``updated_at``."""
    texts = {"workflow_type": "trial", "dag_id": "mine", "task_group": "", "map_index": -1, "head_hash": "", "sequence": 1}
    figures = {"generation": 3, "tokens_used": 50, "token_budget": 100}
    documents = {name: {} for name in ("labels", "configuration", "result", "state")}

    def run(session: Session, numbers: range, updated_at: datetime, status: str = "running") -> None:
        rows = [
            {
                **texts,
                **figures,
                **documents,
                "status": status,
                "updated_at": updated_at,
                "id": UUID(int=number),
                "name": f"t{number}",
                "created_at": START + timedelta(seconds=number),
            }
            for number in numbers
        ]
        session.execute(insert(table_of(WorkflowRow)), rows)

    return run
