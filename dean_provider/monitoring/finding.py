"""What asking one source found out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dean_provider.contract.monitoring import BudgetBurn, ServiceStatus
from dean_provider.contract.service import Check
from dean_provider.monitoring.reading import Family, Sample

__all__ = ["Figures", "Finding", "Found", "Kind", "Source"]

Kind = Literal["indexagent", "evolution", "airflow", "database", "redis", "gateway", "other"]
Breaker = Literal["closed", "open", "half-open"]


@dataclass(frozen=True)
class Finding:
    """How one service is.

    :param answered: whether it said anything at all.
    :param asked: whether it was asked; it is not while its circuit breaker is open, or while what it depends on is away.
    :param message: what is wrong, without addresses and credentials.
    """

    name: str
    kind: Kind
    status: ServiceStatus
    answered: bool = True
    asked: bool = True
    message: str = ""
    latency_seconds: float | None = None
    version: str = ""
    dialect: str = ""
    uptime_seconds: float | None = None
    breaker: Breaker | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """Samples, and what their names mean.

    :param dropped: figures left out because there were too many.
    """

    samples: tuple[Sample, ...] = ()
    families: Mapping[str, Family] = field(default_factory=dict)
    dropped: int = 0


@dataclass(frozen=True)
class Found:
    """All of it.

    :param unlisted: figures of our own that the rules of alerts look at and nobody is told.
    """

    findings: Sequence[Finding] = ()
    figures: Figures = field(default_factory=Figures)
    unlisted: tuple[Sample, ...] = ()
    budget: BudgetBurn | None = None


@dataclass(frozen=True)
class Source:
    """Something that is asked in every round.

    :param services: name and kind of each service it tells of.
    :param ask: finds out; may raise whatever it likes, and may hang.
    :param seconds: after which nobody waits any more.
    """

    name: str
    services: Sequence[tuple[str, Kind]]
    ask: Callable[[], Awaitable[Found]]
    seconds: float
