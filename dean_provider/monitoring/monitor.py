"""What this process knows of what is watched, whoever asked for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from dean_provider.contract.monitoring import BudgetBurn, ServiceState, ServiceStatus, Watch
from dean_provider.monitoring.history import History
from dean_provider.monitoring.reading import Reading

__all__ = ["STALE_PERIODS", "Monitor", "Then"]

Then = Callable[[History, datetime], Awaitable[None]]
"""Called in the leader after every round, with what is known and the time of the round."""

STALE_PERIODS = 3
_BURN_SECONDS = 3600.0


def _now() -> datetime:
    return datetime.now(timezone.utc)


async def _nothing() -> None:
    """Nobody else asks."""


@dataclass
class Monitor:
    """:param period_seconds: from one round of questions to the next.
    :param follow: makes sure that what the leader found is known here; never raises.
    :param then: what the leader does after each round, in order; one that fails keeps no other from it.
    """

    period_seconds: float = 10.0
    history: History = field(default_factory=History)
    follow: Callable[[], Awaitable[None]] = _nothing
    then: list[Then] = field(default_factory=list)
    now: Callable[[], datetime] = _now

    @property
    def reading(self) -> Reading | None:
        """The newest reading."""
        return self.history.latest

    @property
    def stale(self) -> bool:
        """Whether nobody has asked for too long, so that nobody knows how things are now."""
        reading = self.reading
        return reading is None or self.now() - reading.taken_at > timedelta(seconds=STALE_PERIODS * reading.period_seconds)

    def watch(self) -> Watch:
        """Who watches, and how fresh what is known is."""
        reading = self.reading
        if reading is None:
            return Watch(period_seconds=self.period_seconds, stale=True)
        return Watch(taken_at=reading.taken_at, leader=reading.leader, period_seconds=reading.period_seconds, stale=self.stale)

    def services(self) -> list[ServiceState]:
        """How each service is; unknown, since the last round, when nobody has asked for too long."""
        reading = self.reading
        if reading is None:
            return []
        if not self.stale:
            return list(reading.services)
        told = {"status": ServiceStatus.UNKNOWN, "since": reading.taken_at}
        return [
            state.model_copy(update={**told, "message": f"nobody has asked since; it was {state.status.value}"})
            for state in reading.services
        ]

    def budget(self) -> BudgetBurn | None:
        """Tokens of the Evolution API as last told, and how fast they go."""
        reading = self.reading
        if reading is None or reading.budget is None:
            return None
        series = self.history.select("dean_tokens_consumed_total")
        grown = self.history.increase(series, _BURN_SECONDS, reading.taken_at)
        seen = min((points[0][0] for one in series if (points := self.history.points(one))), default=None)
        if grown is None or seen is None:
            return reading.budget
        hours = min(_BURN_SECONDS, reading.taken_at.timestamp() - seen) / _BURN_SECONDS
        return reading.budget.model_copy(update={"per_hour": grown / hours if hours else None})
