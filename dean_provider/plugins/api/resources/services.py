"""Which services there are: those the connections name, and those that registered and were heard of since."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.installation import ServiceRegistered, ServiceRemoved
from dean_provider.contract.installation import KnownService, RegisterService, ServiceList, ServiceRef
from dean_provider.contract.population import Released
from dean_provider.contract.service import Empty
from dean_provider.errors import LimitExceededError, NotFoundError
from dean_provider.plugins.api import variables
from dean_provider.plugins.api.authority import SERVICES
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.recording import patiently, record_installation
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes", "watched_services"]

_MOST_SERVICES = 200
_MISSED = timedelta(hours=1)
"""For so long a service that is heard of no more is still asked how it is, so that whoever watches learns that it is away."""

_DESCRIPTION = "Services that registered with the gateway. Changed through it."
Registered = dict[str, dict[str, Any]]


def routes(around: Surroundings) -> Table:
    def list_services(_: Empty, call: Call) -> ServiceList:
        return ServiceList(services=[*_connected(around), *(_shown(entry) for entry in _alive(_stored()).values())])

    return {
        gateway.LIST_SERVICES: Served(list_services, Right.READ_CONFIGURATION),
        gateway.REGISTER_SERVICE: Served(register, Right.CHANGE_SERVICES),
        gateway.HEARTBEAT_SERVICE: Served(heartbeat, Right.CHANGE_SERVICES),
        gateway.REMOVE_SERVICE: Served(remove, Right.CHANGE_SERVICES),
    }


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _connected(around: Surroundings) -> list[KnownService]:
    """Services by connection, without credentials. One that is not there is left out."""
    from airflow.models import Connection

    found = []
    for kind, conn_id in (("indexagent", around.settings.indexagent_conn_id), ("evolution", around.settings.evolution_conn_id)):
        with suppress(Exception):
            connection = Connection.get_connection_from_secrets(conn_id)
            scheme = connection.schema if connection.schema in ("http", "https") else "http"
            port = f":{connection.port}" if connection.port else ""
            found.append(
                KnownService(name=kind, kind=kind, url=f"{scheme}://{connection.host}{port}", source="connection", conn_id=conn_id)
            )
    return found


def register(request: RegisterService, call: Call) -> KnownService:
    """:raises LimitExceededError: when there are too many already."""
    entry = {**request.model_dump(mode="json"), "seen_at": _now().isoformat()}

    def change(stored: Registered) -> Registered:
        before = stored.get(request.name, {})
        if not before and len(stored) >= _MOST_SERVICES:
            raise LimitExceededError(f"There are {_MOST_SERVICES} services already.", suggestions=["Remove some."])
        return {**stored, request.name: {**entry, "registered_at": before.get("registered_at", entry["seen_at"])}}

    before = _alive(_stored()).get(request.name, {}).get("url")
    key = call.fact_key(f"service:{request.name}:registered")
    if (known := call.told_before(key)) is not None:  # what there was before is as it was told then
        before = known.details.get("before")
    fact = ServiceRegistered(service=request.name, kind=request.kind, url=request.url[:2000], before=before)
    told = ReportedFact.of(fact, key=key)
    record_installation(call, [told], also=lambda session: _keep(session, change))
    return _shown(_stored()[request.name])


def heartbeat(request: ServiceRef, call: Call) -> KnownService:
    """:raises NotFoundError: when it is not registered, or was forgotten: it must register anew."""

    def change(stored: Registered) -> Registered:
        return {**stored, request.name: {**_entry(stored, request.name), "seen_at": _now().isoformat()}}

    def work() -> Registered:
        with call.sessions() as session:
            return _change(session, change)

    return _shown(patiently(work)[request.name])


def remove(request: ServiceRef, call: Call) -> Released:
    stored = _stored()
    before = {**_missed(stored), **_alive(stored)}.get(request.name)
    key = call.fact_key(f"service:{request.name}:removed")
    if call.told_before(key) is not None:
        return Released(released=True)
    if before is None:
        return Released(released=False)

    def change(stored: Registered) -> Registered:
        return {name: entry for name, entry in stored.items() if name != request.name}

    fact = ServiceRemoved(service=request.name, url=before["url"][:2000])
    told = ReportedFact.of(fact, key=key)
    record_installation(call, [told], also=lambda session: _keep(session, change, request.name))
    return Released(released=True)


def _entry(stored: Registered, name: str) -> dict[str, Any]:
    if name not in stored:
        raise NotFoundError(f"No service {name} is registered.", details={"name": name}, suggestions=["Register it anew."])
    return stored[name]


def _stored() -> Registered:
    return _services(variables.read(SERVICES))


def _services(text: str | None) -> Registered:
    found = variables.document(text).get("services")
    return {name: entry for name, entry in found.items() if isinstance(entry, dict)} if isinstance(found, dict) else {}


def watched_services() -> list[KnownService]:
    """Those that registered, and those that were heard of until lately. Blocks."""
    stored = _stored()
    return [_shown(entry) for entry in {**_missed(stored), **_alive(stored)}.values()]


def _change(session: Session, change: Callable[[Registered], Registered], removed: str = "") -> Registered:
    row = variables.locked(session, SERVICES)
    stored = _services(row.get_val() if row is not None else None)
    changed = change(_alive(stored))
    missed = {name: entry for name, entry in _missed(stored).items() if name != removed}
    variables.write(session, SERVICES, json.dumps({"services": {**missed, **changed}}), description=_DESCRIPTION)
    return changed


def _keep(session: Session, change: Callable[[Registered], Registered], removed: str = "") -> None:
    _change(session, change, removed)


def _expiry(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["seen_at"]) + timedelta(seconds=entry["ttl_seconds"])


def _alive(stored: Registered) -> Registered:
    """Those heard of lately; what a person wrote by hand and is not whole is left out."""
    return _expiring(stored, _now(), None)


def _missed(stored: Registered) -> Registered:
    """The newest of those that are heard of no more since a little while."""
    found = _expiring(stored, _now() - _MISSED, _now())
    return dict(sorted(found.items(), key=lambda item: item[1]["seen_at"])[-_MOST_SERVICES:])


def _expiring(stored: Registered, after: datetime, until: datetime | None) -> Registered:
    found = {}
    for name, entry in stored.items():
        with suppress(KeyError, TypeError, ValueError, ValidationError):
            expiry = _expiry(entry)
            if expiry > after and (until is None or expiry <= until) and _shown(entry).name == name:
                found[name] = entry
    return found


def _shown(entry: dict[str, Any]) -> KnownService:
    fields = {key: value for key, value in entry.items() if key != "ttl_seconds"}
    return KnownService(**fields, source="registered", expires_at=_expiry(entry))
