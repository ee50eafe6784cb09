"""Who calls: a person or program known to Airflow, a task, or whoever scrapes the figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from dean_provider.contract.events.envelope import Actor, ActorKind
from dean_provider.plugins.api.task_token import TaskClaims

__all__ = ["Caller", "CallerKind"]


class CallerKind(str, Enum):
    USER = "user"
    TASK = "task"
    SCRAPER = "scraper"


@dataclass(frozen=True)
class Caller:
    """:param name: unique among callers of its kind.
    :param user: as the auth manager in force made it.
    :param task: whose facts a task's token may tell.
    :param by_cookie: known by a browser's session, so that a page of another site may have sent the request.
    """

    kind: CallerKind
    name: str
    address: str | None = None
    user: Any = None
    task: TaskClaims | None = None
    by_cookie: bool = False

    @property
    def actor(self) -> Actor:
        """How events name the caller."""
        kind = ActorKind.TASK if self.kind is CallerKind.TASK else ActorKind.USER
        return Actor(kind=kind, name=self.name[:1000], address=self.address[:64] if self.address else None)
