"""What travels over the gateway's WebSockets, and the ticket that opens one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from dean_provider.contract.request import RequestModel

__all__ = ["Closing", "Heartbeat", "Hello", "IssueTicket", "LiveEvent", "Message", "Missed", "Resume", "Ticket"]

EVENTS = "events"
MAX_POSITIONS = 1000


class IssueTicket(RequestModel):
    """Ask for a ticket: of every event the caller may read, or of one trial's only."""

    model_config = ConfigDict(extra="forbid")

    workflow_id: UUID | None = None


class Ticket(BaseModel):
    """Opens one socket once."""

    ticket: str
    expires_at: datetime
    path: str = Field(description="Of the socket, below where the gateway is mounted: ws/events or ws/trials/{id}.")


class Hello(BaseModel):
    """The first message: the socket is open."""

    type: Literal["hello"] = "hello"
    user: str
    heartbeat_seconds: float
    positions: dict[str, int] = Field(default_factory=dict, description="Last sequence before the first event that follows, by execution.")


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
    timestamp: datetime
    data: dict[str, JsonValue]


class Missed(BaseModel):
    """The client was too slow, or was away too long: it must read the executions named here anew, and may go on from there."""

    type: Literal["missed"] = "missed"
    positions: dict[str, int] = Field(description="Sequence each execution has reached; the next event is the one after it.")


class Heartbeat(BaseModel):
    """Nothing happened; the socket is alive."""

    type: Literal["heartbeat"] = "heartbeat"
    timestamp: datetime


class Closing(BaseModel):
    """The last message: why the server closes, and what to do."""

    type: Literal["closing"] = "closing"
    reason: str
    suggestion: str = ""


class Resume(BaseModel):
    """From the client, first of all: what it has, so that it is sent what came after."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["resume"] = "resume"
    positions: dict[UUID, int] = Field(default_factory=dict, max_length=MAX_POSITIONS)


Message = Annotated[Hello | LiveEvent | Missed | Heartbeat | Closing, Field(discriminator="type")]
