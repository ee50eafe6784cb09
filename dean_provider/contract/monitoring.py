"""What is watched: how each service is and since when, figures over time, and everything at one glance."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dean_provider.contract.alert import Incident
from dean_provider.contract.request import RequestModel
from dean_provider.contract.service import Check
from dean_provider.contract.workflow import Workflow

__all__ = [
    "BudgetBurn",
    "MetricType",
    "Overview",
    "ReadSeries",
    "Series",
    "SeriesPage",
    "ServiceState",
    "ServiceStatus",
    "Watch",
]

MetricName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$")]


class ServiceStatus(str, Enum):
    """A service's health as last seen; ``unknown`` until it was asked, or when nobody has asked for too long."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class ServiceState(BaseModel):
    """One watched service."""

    name: str
    kind: Literal["indexagent", "evolution", "airflow", "database", "redis", "gateway", "other"]
    status: ServiceStatus
    since: datetime = Field(description="When it came to be so.")
    checked_at: datetime | None = Field(default=None, description="When it was last asked.")
    answered_at: datetime | None = Field(default=None, description="When it last answered.")
    latency_seconds: float | None = Field(default=None, ge=0)
    message: str = Field(default="", description="What is wrong, without addresses and credentials.")
    version: str = ""
    dialect: str = ""
    uptime_seconds: float | None = Field(default=None, ge=0)
    failures: int = Field(default=0, ge=0, description="Times in a row that it did not answer.")
    breaker: Literal["closed", "open", "half-open"] | None = None
    checks: dict[str, Check] = Field(default_factory=dict)


class Watch(BaseModel):
    """Who watches, and how fresh what is known is."""

    taken_at: datetime | None = Field(default=None, description="When the last round of questions ended; none before the first.")
    leader: str = Field(default="", description="The process that asks.")
    period_seconds: float = Field(gt=0, description="From one round to the next.")
    stale: bool = Field(description="Whether no round has ended for more than three periods.")


class BudgetBurn(BaseModel):
    """Tokens of the whole Evolution API, and how fast they go."""

    total: int | None = Field(default=None, description="None when there is no bound; so is what is available.")
    allocated: int
    consumed: int
    available: int | None = None
    per_hour: float | None = Field(default=None, description="Tokens used in the last hour, as far back as figures reach.")
    checked_at: datetime


class Overview(BaseModel):
    """Everything at one glance: what an operator looks at first. Trials and incidents are those the caller may read."""

    watch: Watch
    services: list[ServiceState]
    counts: dict[str, int] = Field(description="Trials by status.")
    running: list[Workflow] = Field(description="Trials under way, the newest 50.")
    recent: list[Workflow] = Field(description="Trials that ended last, at most 20.")
    alerts: list[Incident] = Field(description="Incidents that are not resolved, the gravest first, at most 100.")
    open_alerts: int = Field(description="Incidents that are not resolved, those beyond the 100 as well.")
    budget: BudgetBurn | None = None
    timestamp: datetime


class MetricType(str, Enum):
    GAUGE = "gauge"
    COUNTER = "counter"


class ReadSeries(RequestModel):
    """Figures over time."""

    model_config = ConfigDict(extra="forbid")

    name: MetricName | None = Field(default=None, description="Of one metric; of all unless given.")
    service: str | None = Field(default=None, max_length=63, description="Of one service.")
    type: MetricType | None = None
    start: datetime | None = Field(default=None, description="From here on; as far back as is kept unless given.")
    end: datetime | None = None
    points: int = Field(default=300, ge=1, le=5000, description="At most so many a series; each is the last of its bucket.")
    limit: int = Field(default=200, ge=1, le=1000, description="Series at most.")


class Series(BaseModel):
    """One metric with one set of labels."""

    name: str
    type: MetricType
    unit: str = ""
    help: str = ""
    service: str
    labels: dict[str, str] = Field(default_factory=dict)
    points: list[tuple[datetime, float]] = Field(description="Time and value, in order.")


class SeriesPage(BaseModel):
    watch: Watch
    series: list[Series]
    truncated: bool = Field(default=False, description="Whether there are more series than were asked for.")
