"""How facts travel and how they are kept: told by somebody, numbered, chained."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dean_provider.contract.events.fact import Fact
from dean_provider.contract.paging import Page
from dean_provider.contract.request import RequestModel

__all__ = ["Actor", "ActorKind", "Event", "EventPage", "ReportedFact"]

MAX_SEQUENCE = 2**53 - 1


class ActorKind(str, Enum):
    """Who did it: a person, a task or trigger of a run, another service, or this software by itself."""

    USER = "user"
    TASK = "task"
    SERVICE = "service"
    SYSTEM = "system"


class Actor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: ActorKind
    name: str = Field(max_length=1000)
    address: str | None = Field(default=None, max_length=64, description="Network address a request came from.")


class ReportedFact(RequestModel):
    """A fact on its way to the record."""

    model_config = ConfigDict(extra="forbid")

    event_type: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,49}$")]
    schema_version: int = Field(default=1, ge=1, le=1000)
    idempotency_key: str = Field(min_length=1, max_length=250)
    occurred_at: datetime | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)

    @classmethod
    def of(cls, fact: Fact, *, key: str | None = None, occurred_at: datetime | None = None) -> ReportedFact:
        """The wire form of ``fact``.

        :param key: idempotency key within its workflow; the fact's own unless given.
        """
        return cls(
            event_type=fact.event_type,
            schema_version=fact.schema_version,
            idempotency_key=key or fact.key(),
            occurred_at=occurred_at,
            details=fact.details(),
        )


class Event(BaseModel):
    """A recorded fact: one link of its workflow's chain."""

    id: UUID
    workflow_id: UUID
    sequence: int = Field(ge=1, le=MAX_SEQUENCE, description="Gap-free within the workflow.")
    event_type: str
    schema_version: int = Field(ge=1)
    timestamp: datetime = Field(description="When it was recorded (UTC).")
    occurred_at: datetime | None = Field(default=None, description="When it happened, as the reporter says.")
    actor: Actor
    correlation_id: str | None = None
    idempotency_key: str
    details: dict[str, JsonValue]
    previous_hash: str = Field(description="Hash of the event before; empty for the first.")
    hash: str = Field(description="Over the canonical bytes of everything above (RFC 8785): SHA-256, or HMAC-SHA-256 with a key.")


class EventPage(Page):
    events: list[Event]
