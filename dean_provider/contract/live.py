"""What travels over the gateway's WebSockets, and the ticket that opens one.

A client asks for a ticket, opens the socket with it as a subprotocol beside :data:`PROTOCOL`, and sends :class:`Resume` at once. The server
says :class:`Hello` and sends what the client lacks and what comes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from dean_provider.contract.events.envelope import MAX_SEQUENCE, Actor
from dean_provider.contract.request import RequestModel

__all__ = [
    "EVENTS",
    "LOOKBACK_SECONDS",
    "MAX_MESSAGE",
    "MAX_POSITIONS",
    "PROTOCOL",
    "REMEMBERED_SECONDS",
    "TRIAL",
    "Closing",
    "ClosingCode",
    "Heartbeat",
    "Hello",
    "IssueTicket",
    "LiveEvent",
    "Message",
    "Missed",
    "Resume",
    "Ticket",
]

PROTOCOL = "dean.live.v1"
"""Subprotocol that is spoken. The client offers it and, after it, the ticket."""
EVENTS = "ws/events"
TRIAL = "ws/trials/{workflow_id}"
MAX_POSITIONS = 5000
MAX_MESSAGE = 512 * 1024
"""Characters of a message from a client."""
REMEMBERED_SECONDS = 600.0
"""An execution without an event for so long may be left out of positions."""
LOOKBACK_SECONDS = 300.0
"""How far apart the clocks may be of those who record events."""

ClosingCode = Literal["session_ended", "rights_gone", "too_many", "too_slow", "bad_message", "unavailable"]


class IssueTicket(RequestModel):
    """Ask for a ticket: of every event the caller may read, or of one trial's only."""

    model_config = ConfigDict(extra="forbid")

    workflow_id: UUID | None = None


class Ticket(BaseModel):
    """Opens one socket once."""

    ticket: str
    expires_at: datetime
    path: str = Field(description="Of the socket, below where the gateway is mounted: ws/events or ws/trials/{id}.")
    protocol: str = Field(default=PROTOCOL, description="Subprotocol to offer before the ticket.")


class Hello(BaseModel):
    """The server's first message, once it has heard what the client has, or nothing for two seconds."""

    type: Literal["hello"] = "hello"
    timestamp: datetime
    user: str
    heartbeat_seconds: float
    positions: dict[str, int] = Field(
        default_factory=dict,
        description="Last sequence before the first event that follows, for executions with an event lately and those that are resumed.",
    )


class LiveEvent(BaseModel):
    """Something happened. Events of one execution come in order, without gap or repeat."""

    type: Literal["event"] = "event"
    event: str = Field(description="Name on the wire, such as evolution.generation.complete.")
    event_type: str = Field(description="Name in the record, such as generation.completed.")
    workflow_id: UUID
    workflow_type: str
    dag_id: str | None = None
    run_id: str | None = None
    sequence: int = Field(ge=1)
    timestamp: datetime = Field(description="When it was recorded (UTC).")
    occurred_at: datetime | None = None
    actor: Actor = Field(description="Who did it; the address only for those who read the audit log.")
    data: dict[str, JsonValue]


class Missed(BaseModel):
    """The client was too slow, or was away too long: it must read the executions named here anew, and may go on from there."""

    type: Literal["missed"] = "missed"
    timestamp: datetime
    positions: dict[str, int] = Field(description="Sequence each execution has reached; the next event is the one after it.")
    everything: bool = Field(default=False, description="Executions that are not named here may have gone on as well.")


class Heartbeat(BaseModel):
    """Nothing happened; the socket is alive. A client may send it too."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["heartbeat"] = "heartbeat"
    timestamp: datetime


class Closing(BaseModel):
    """The last message: why the server closes, and what to do."""

    type: Literal["closing"] = "closing"
    code: ClosingCode
    reason: str
    suggestion: str = ""
    retry_after: float | None = Field(default=None, description="Seconds after which a new socket may be tried; none without one.")


class Resume(BaseModel):
    """From the client, first of all: what it has, so that it is sent what came after. Empty to begin now."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["resume"]
    positions: dict[UUID, Annotated[int, Field(ge=0, le=MAX_SEQUENCE)]] = Field(
        default_factory=dict,
        max_length=MAX_POSITIONS,
        description="Those of the last hello or missed message and of events since, the later ones counting; "
        "an execution without an event for ten minutes may be left out.",
    )
    since: datetime | None = Field(
        default=None,
        description="The latest timestamp of any message received: executions that are not in positions are sent from there on. "
        "Empty: only those in positions are resumed.",
    )


Message = Annotated[Hello | LiveEvent | Missed | Heartbeat | Closing, Field(discriminator="type")]
