"""What every service says about itself, and code search."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field

from dean_provider.contract.request import RequestModel

__all__ = [
    "Check",
    "Empty",
    "Health",
    "HealthStatus",
    "IndexStatus",
    "SearchCode",
    "SearchResult",
    "SearchResults",
    "ServiceName",
    "TextDocument",
]


class ServiceName(str, Enum):
    INDEXAGENT = "indexagent"
    EVOLUTION = "evolution"
    AIRFLOW = "airflow"
    GATEWAY = "gateway"


class HealthStatus(str, Enum):
    """``degraded`` serves with something missing; ``unhealthy`` does not serve."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class Check(BaseModel):
    status: HealthStatus
    message: str = ""
    latency_seconds: float | None = Field(default=None, ge=0)


class Health(BaseModel):
    model_config = ConfigDict(extra="ignore")

    status: HealthStatus
    service: str = ""
    version: str = ""
    dialect: str = ""
    uptime_seconds: float | None = Field(default=None, ge=0)
    checks: dict[str, Check] = Field(default_factory=dict)
    timestamp: datetime | None = None


class Empty(RequestModel):
    """A request without fields."""

    model_config = ConfigDict(extra="forbid")


class TextDocument(BaseModel):
    """An answer that is not JSON: Prometheus exposition text, JSON Lines, server-sent events."""

    text: str


class SearchCode(RequestModel):
    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=500)
    repository: str | None = Field(default=None, max_length=512)
    limit: int = Field(default=10, ge=1, le=100)


class SearchResult(BaseModel):
    repository: str
    path: str
    line: int = Field(ge=1)
    snippet: str
    score: float


class SearchResults(BaseModel):
    results: list[SearchResult]
    total: int = Field(ge=0)


class IndexStatus(BaseModel):
    """Registered repositories only: a caller can never make the service read another folder."""

    repositories: dict[str, int] = Field(default_factory=dict, description="Files indexed per repository.")
    indexed_at: datetime | None = None
