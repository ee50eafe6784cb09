"""Events as links: the canonical text of each, its hash over that text, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from dean_provider.contract.events import Actor, Event, Fact
from dean_provider.state.canonical import clean, dumps, loads
from dean_provider.state.columns import utc
from dean_provider.state.facts import Prepared
from dean_provider.state.signing import Keys

__all__ = ["Link", "Place", "event_of", "instant", "link", "row_of"]

CORRELATION_LENGTH = 250


class Place(NamedTuple):
    """Where an event stands.

    :param previous_hash: hash of the event before; empty for the first.
    """

    workflow_id: UUID
    sequence: int
    previous_hash: str


class Link(NamedTuple):
    """An event together with the canonical text that its hash covers.

    :param fact: what it says; None when this version cannot understand it.
    """

    event: Event
    canonical: str
    fact: Fact | None


def instant(value: datetime | None) -> str | None:
    """``value`` in the one form events use: UTC, microseconds, Z."""
    return None if value is None else f"{utc(value).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def link(fact: Prepared, place: Place, *, actor: Actor, correlation_id: str | None, now: datetime, keys: Keys) -> Link:
    """The link of a chain that stands at ``place``."""
    told = fact.told
    body = {
        "id": str(uuid5(place.workflow_id, str(place.sequence))),
        "workflow_id": str(place.workflow_id),
        "sequence": place.sequence,
        "event_type": told.event_type,
        "schema_version": told.schema_version,
        "timestamp": instant(now),
        "occurred_at": instant(told.occurred_at),
        "actor": {"kind": actor.kind.value, "name": clean(actor.name), "address": clean(actor.address)},
        "correlation_id": clean(correlation_id and correlation_id[:CORRELATION_LENGTH]),
        "idempotency_key": told.idempotency_key,
        "previous_hash": place.previous_hash,
    }
    canonical = _with_details(body, fact.details)
    event = Event.model_validate({**body, "details": told.details, "hash": keys.seal(canonical)})
    return Link(event, canonical, fact.fact)


def _with_details(body: dict[str, Any], details: str) -> str:
    """The canonical text of ``body`` with its details, whose text is there already, in their place by the alphabet."""
    before = dumps({name: body[name] for name in body if name < "details"})
    after = dumps({name: body[name] for name in body if name > "details"})
    return f'{before[:-1]},"details":{details},{after[1:]}'


def event_of(canonical: str, sealed: str) -> Event:
    """The event in its canonical text and hash.

    :raises ValueError: when the text is none of an event.
    """
    return Event.model_validate({**loads(canonical), "hash": sealed})


def row_of(one: Link) -> Mapping[str, Any]:
    """The columns of an event."""
    event = one.event
    return {
        "id": event.id,
        "workflow_id": event.workflow_id,
        "sequence": event.sequence,
        "event_type": event.event_type,
        "schema_version": event.schema_version,
        "timestamp": utc(event.timestamp),
        "occurred_at": event.occurred_at and utc(event.occurred_at),
        "actor_kind": event.actor.kind.value,
        "actor_name": event.actor.name,
        "actor_address": event.actor.address,
        "correlation_id": event.correlation_id,
        "idempotency_key": event.idempotency_key,
        "details": event.details,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
        "canonical": one.canonical,
    }
