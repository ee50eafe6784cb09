"""Runs of another Airflow's DAGs, as its REST API (version 2) reports them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from dean_provider.contract.request import RequestModel

__all__ = [
    "Dag",
    "DagPage",
    "DagRef",
    "DagRun",
    "DagRunRef",
    "DagRunState",
    "ListDags",
    "ListTasks",
    "PauseDag",
    "TaskPage",
    "TaskState",
    "TriggerDagRun",
    "Version",
]


class DagRunState(str, Enum):
    """Where a DAG run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (DagRunState.SUCCESS, DagRunState.FAILED)


class DagRef(RequestModel):
    dag_id: str = Field(min_length=1, max_length=250)


class DagRunRef(DagRef):
    dag_run_id: str = Field(min_length=1, max_length=250)


class TriggerDagRun(DagRef):
    """Start a run. With a ``dag_run_id`` of the caller's, asking twice starts one."""

    dag_run_id: str | None = Field(default=None, min_length=1, max_length=250)
    conf: dict[str, JsonValue] = Field(default_factory=dict)
    logical_date: datetime | None = None
    note: str | None = Field(default=None, max_length=1000)


class PauseDag(DagRef):
    is_paused: bool


class Dag(BaseModel):
    model_config = ConfigDict(extra="ignore")

    dag_id: str
    is_paused: bool | None = None
    is_stale: bool | None = None
    description: str | None = None


class ListDags(RequestModel):
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class DagPage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    dags: list[Dag]
    total_entries: int = 0


class DagRun(BaseModel):
    model_config = ConfigDict(extra="ignore")

    dag_id: str
    dag_run_id: str
    state: DagRunState
    conf: dict[str, JsonValue] | None = None
    logical_date: datetime | None = None
    queued_at: datetime | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    note: str | None = None


class ListTasks(DagRunRef):
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class TaskState(BaseModel):
    """One task instance of a run; ``state`` is ``None`` before it is scheduled."""

    model_config = ConfigDict(extra="ignore")

    task_id: str
    map_index: int = -1
    state: str | None = None
    try_number: int = 0
    start_date: datetime | None = None
    end_date: datetime | None = None
    duration: float | None = None


class TaskPage(BaseModel):
    model_config = ConfigDict(extra="ignore")

    task_instances: list[TaskState]
    total_entries: int = 0


class Version(BaseModel):
    model_config = ConfigDict(extra="ignore")

    version: str
