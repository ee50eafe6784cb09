"""Facts that the recorder did not take, on their way to a step that tries again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.contract.events.trial import RecorderMissed

__all__ = ["MOST_CHARACTERS", "MOST_FACTS", "Backlog"]

MOST_FACTS = 100
MOST_CHARACTERS = 128 * 1024
_LONGEST_ERROR = 300


class Backlog(BaseModel):
    """What has not been told, oldest first. Bounded: facts beyond the bounds are only counted.

    :param since: when the recorder was first found away; ``None`` when it was not, and there was just no time to tell.
    :param dropped: facts there was no room for.
    """

    model_config = ConfigDict(extra="ignore")

    facts: list[ReportedFact] = Field(default_factory=list, max_length=MOST_FACTS)
    since: datetime | None = None
    error: str = Field(default="", max_length=_LONGEST_ERROR)
    dropped: int = Field(default=0, ge=0)

    @classmethod
    def of(cls, value: Any) -> Backlog:
        """Read the JSON form; what cannot be understood is as good as empty."""
        try:
            return cls.model_validate(value or {})
        except ValidationError:
            return cls()

    def as_json(self) -> dict[str, Any] | None:
        """The form that travels; ``None`` when there is nothing to tell."""
        return self.model_dump(mode="json") if self else None

    def __bool__(self) -> bool:
        return bool(self.facts) or self.since is not None

    def missed(self, now: datetime, error: str) -> None:
        """Note that the recorder was away at ``now``."""
        self.since = self.since or now
        self.error = self.error or error[:_LONGEST_ERROR]

    def keep(self, facts: Iterable[ReportedFact]) -> None:
        """Keep ``facts`` for later."""
        known = {fact.idempotency_key for fact in self.facts}
        room = MOST_CHARACTERS - sum(map(_size, self.facts))
        for fact in facts:
            if fact.idempotency_key in known:
                continue
            known.add(fact.idempotency_key)
            room -= _size(fact)
            if len(self.facts) >= MOST_FACTS or room < 0:
                self.dropped += 1
            else:
                self.facts.append(fact)

    def merge(self, other: Backlog) -> None:
        """Take over what another step could not tell."""
        self.keep(other.facts)
        self.facts.sort(key=lambda fact: fact.occurred_at or datetime.max.replace(tzinfo=timezone.utc))
        self.since = min(filter(None, (self.since, other.since)), default=None)
        self.error = self.error or other.error
        self.dropped += other.dropped

    def take(self) -> list[ReportedFact]:
        """The facts, which leave the backlog."""
        facts, self.facts = self.facts, []
        return facts

    def ended(self, now: datetime, told: Sequence[ReportedFact]) -> ReportedFact | None:
        """That the recorder was away from then to ``now``, once it is back; the backlog is over. Whoever says so first has it right."""
        if self.since is None:
            return None
        lost = f" ({self.dropped} facts found no room)" if self.dropped else ""
        missed = RecorderMissed(since=self.since, until=max(now, self.since), facts=len(told), error=f"{self.error}{lost}")
        key = f"missed:{self.since.isoformat()}"
        self.since, self.error, self.dropped = None, "", 0
        return ReportedFact.of(missed, key=key, occurred_at=now)


def _size(fact: ReportedFact) -> int:
    return len(fact.model_dump_json())
