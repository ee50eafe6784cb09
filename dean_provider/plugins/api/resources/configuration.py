"""The configuration that holds, with every value's origin, and what people set of it while the installation runs."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.orm import Session

from dean_provider.config import VARIABLE, OverrideSource, Resolved, options, resolve
from dean_provider.config.masking import shown, without_logins
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.installation import ConfigurationChanged
from dean_provider.contract.installation import (
    ChangeConfiguration,
    Configuration,
    EarlierConfiguration,
    RevertConfiguration,
    Setting,
)
from dean_provider.contract.service import Empty
from dean_provider.contract.workflow import ListEvents
from dean_provider.errors import ConflictError, NotFoundError
from dean_provider.plugins.api import variables
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.recording import record_installation
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]

_MOST_KEPT = 20
_DESCRIPTION = "Settings of evolution trials that people changed while Airflow runs. Changed through the gateway, checked and recorded."
Values = dict[str, Any]


def routes(_: Surroundings) -> Table:
    return {
        gateway.READ_CONFIGURATION: Served(read_configuration, Right.READ_CONFIGURATION),
        gateway.CHANGE_CONFIGURATION: Served(change_configuration, Right.CHANGE_CONFIGURATION),
        gateway.REVERT_CONFIGURATION: Served(revert_configuration, Right.CHANGE_CONFIGURATION),
    }


def read_configuration(_: Empty, call: Call) -> Configuration:
    text = variables.read(VARIABLE)
    return _described(_resolved(text), variables.document(text))


def change_configuration(request: ChangeConfiguration, call: Call) -> Configuration:
    """:raises InvalidConfigurationError: with every problem that the layers would have together. Nothing is changed then.
    :raises ConflictError: when it was changed in between.
    """

    def changed(stored: Values) -> Values:
        return {**{name: value for name, value in _values(stored).items() if name not in request.unset}, **request.values}

    return _change(call, request.revision, changed, request.comment)


def revert_configuration(request: RevertConfiguration, call: Call) -> Configuration:
    """:raises NotFoundError: when that revision is not kept any more."""

    def earlier(stored: Values) -> Values:
        if request.to == 0:
            return {}
        kept = {entry["revision"]: entry["values"] for entry in _history(stored)}
        if request.to not in kept:
            raise NotFoundError(f"Revision {request.to} is not kept.", details={"kept": sorted(kept)})
        return dict(kept[request.to])

    return _change(call, request.revision, earlier, request.comment or f"back to revision {request.to}")


def _change(call: Call, revision: int, change: Any, comment: str) -> Configuration:
    stored = variables.document(variables.read(VARIABLE))
    _require(stored, revision)
    entry = {"values": change(stored), "by": call.caller.name, "at": datetime.now(timezone.utc).isoformat(), "comment": comment}
    document = _next(stored, {"revision": max(revision, _recorded(call)) + 1, **entry})
    text = json.dumps(document)
    resolved = _resolved(text)
    facts = _facts(_values(stored), document, call)
    if not facts:
        return _described(_resolved(json.dumps(stored) if stored else None), stored)

    def keep(session: Session) -> None:
        row = variables.locked(session, VARIABLE)
        _require(variables.document(row.get_val() if row is not None else None), revision)
        variables.write(session, VARIABLE, text, description=_DESCRIPTION)

    record_installation(call, facts, also=keep)
    return _described(resolved, document)


def _require(stored: Values, revision: int) -> None:
    if _revision(stored) != revision:
        raise ConflictError(
            f"The configuration is at revision {_revision(stored)}, the change was made from {revision}.",
            details={"revision": _revision(stored), "given": revision},
            suggestions=["Read the configuration again and repeat the change."],
        )


def _recorded(call: Call) -> int:
    """The revision that was recorded last: it goes on from there when somebody deleted the Variable, or wrote an earlier one by hand."""
    from dean_provider.state import queries
    from dean_provider.state.record import system_workflow_id

    with call.sessions() as session:
        asked = ListEvents(workflow_id=system_workflow_id(session), event_type=ConfigurationChanged.event_type, newest_first=True, limit=1)
        try:
            events = queries.list_events(session, asked).events
        except NotFoundError:  # nothing ever happened to the installation
            return 0
    return _revision(events[0].details) if events else 0


def _next(stored: Values, entry: Values) -> Values:
    """The Variable's next document; the state that is left is kept in its history."""
    return {"revision": entry["revision"], "values": entry["values"], "history": [entry, *_history(stored)][:_MOST_KEPT]}


def _facts(before: Values, document: Values, call: Call) -> list[ReportedFact]:
    after, revision, absent = document["values"], document["revision"], object()
    changed = [name for name in dict.fromkeys((*before, *after)) if before.get(name, absent) != after.get(name, absent)]
    facts = [
        ConfigurationChanged(option=name, before=shown(before.get(name)), after=shown(after.get(name)), revision=revision)
        for name in changed
    ]
    return [ReportedFact.of(fact, key=call.fact_key(fact.key())) for fact in facts]


def _resolved(text: str | None) -> Resolved:
    return resolve(source=OverrideSource.COMMAND_LINE, stored=lambda: text)


def _values(stored: Values) -> Values:
    found = stored.get("values")
    return found if isinstance(found, dict) else {}


def _revision(stored: Values) -> int:
    found = stored.get("revision")
    return found if isinstance(found, int) and found >= 0 else 0


def _history(stored: Values) -> list[Values]:
    """The kept states that are whole: a person may have edited the Variable by hand."""
    found = stored.get("history")
    entries = found if isinstance(found, list) else []
    return [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("values"), dict) and "revision" in entry]


def _described(resolved: Resolved, stored: Values) -> Configuration:
    values, overrides = resolved.display(), _flat(_values(stored))
    settings = [
        Setting(
            name=option.name,
            value=values[option.name],
            origin=resolved.origins[option.name],
            description=option.description,
            default=option.default,
            override=without_logins(overrides.get(option.name)),
            overridden=option.name in overrides,
            changeable=not option.installation,
        )
        for option in options().values()
    ]
    return Configuration(revision=_revision(stored), settings=settings, history=[_kept(entry) for entry in _history(stored)])


def _flat(values: Values) -> Values:
    """Settings by their bare names, however they were written."""
    inner = values.get("trial")
    bare = {name.removeprefix("trial."): value for name, value in values.items() if name != "trial"}
    return {**bare, **(inner if isinstance(inner, dict) else {})}


def _kept(entry: Values) -> EarlierConfiguration:
    return EarlierConfiguration(
        revision=entry["revision"],
        values=without_logins(entry["values"]),
        by=str(entry.get("by", "")),
        at=entry.get("at") or datetime.fromtimestamp(0, timezone.utc),
        comment=str(entry.get("comment", "")),
    )
