"""Which messages are due: told once of each incident, again when nobody sees to it, and that it is over. Pure; the clock is passed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dean_provider.contract.alert import Incident, IncidentStatus
from dean_provider.monitoring.alerts.routing import Route, carries
from dean_provider.state.notifications import Kind, Notification

__all__ = ["MOST_IN_A_MESSAGE", "Message", "due", "stuck"]

MOST_IN_A_MESSAGE = 100
_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
_MARGIN = timedelta(seconds=30)
_ABANDONED = 10

Known = Mapping[tuple[str, str, str], Notification]


@dataclass(frozen=True)
class Message:
    """Incidents to tell of at once over one route.

    :param group: what they have in common.
    """

    route: Route
    kind: Kind
    incidents: tuple[Incident, ...]
    group: tuple[str, ...] = ()

    @property
    def keys(self) -> list[tuple[str, str, Kind]]:
        return [(one.incident_id, self.route.name, self.kind) for one in self.incidents]


def due(routes: Sequence[Route], incidents: Collection[Incident], known: Known, now: datetime) -> list[Message]:
    """The messages to send now.

    :param known: notifications by incident, route and kind.
    """
    waiting: dict[tuple[str, Kind, tuple[str, ...]], list[tuple[datetime, Incident]]] = {}
    by_name = {route.name: route for route in routes}
    for route in routes:
        for incident in incidents:
            found = _since(route, incident, known, now) if carries(route, incident) else None
            if found is not None:
                kind, since = found
                waiting.setdefault((route.name, kind, route.group(incident)), []).append((since, incident))
    messages = []
    for (name, kind, group), members in waiting.items():
        route = by_name[name]
        if now - min(since for since, _ in members) >= timedelta(seconds=route.wait):
            told = sorted((one for _, one in members), key=lambda one: (one.raised_at, one.incident_id))
            messages.append(Message(route, kind, tuple(told[:MOST_IN_A_MESSAGE]), group))
    return messages


def stuck(
    routes: Mapping[str, int], known: Collection[Notification], now: datetime, *, holder: str, gone: Callable[[str], bool]
) -> list[Notification]:
    """Notifications that somebody began to send and never will have sent.

    :param routes: seconds that a message may take, by route.
    :param holder: this process, which knows when its own messages end; it gives up on them late only.
    :param gone: whether a process is known to have ended.
    """
    found = []
    for one in known:
        if one.state != "sending":
            continue
        seconds = timedelta(seconds=routes.get(one.route, 30))
        longest = seconds * _ABANDONED if one.holder == holder else seconds + _MARGIN
        if now - one.claimed_at > longest or (one.holder != holder and gone(one.holder)):
            found.append(one)
    return found


def _since(route: Route, incident: Incident, known: Known, now: datetime) -> tuple[Kind, datetime] | None:
    """Since when is to be told of it, and what of it; nothing unless it is."""
    begun = known.get((incident.incident_id, route.name, "raised"))
    if incident.status is IncidentStatus.RESOLVED:
        return _resolved(route, incident, begun, known, now)
    muted = incident.status is IncidentStatus.ACKNOWLEDGED or incident.silenced_until is not None or incident.inhibited_by is not None
    if muted:
        return None
    if begun is None:
        return "raised", incident.raised_at
    if _again(route, begun, now) or _repeated(route, begun, now):
        return "raised", begun.claimed_at
    return None


def _resolved(route: Route, incident: Incident, begun: Notification | None, known: Known, now: datetime) -> tuple[Kind, datetime] | None:
    """Who was not told of its beginning is not told of its end."""
    told = begun is not None and (begun.count > 0 or begun.state in ("sent", "interrupted"))
    if not route.resolved or not told or (begun is not None and begun.state == "sending"):
        return None
    ended = known.get((incident.incident_id, route.name, "resolved"))
    if ended is None:
        return "resolved", incident.resolved_at or now
    return ("resolved", ended.claimed_at) if _again(route, ended, now) else None


def _again(route: Route, one: Notification, now: datetime) -> bool:
    """Whether sending is tried once more."""
    if one.attempts >= route.attempts:
        return False
    if one.state == "interrupted":
        return route.when_interrupted == "again"
    pause = min(_PAUSE * 2 ** max(0, one.attempts - 1), _LONGEST_PAUSE)
    return one.state == "failed" and now - one.claimed_at >= pause


def _repeated(route: Route, one: Notification, now: datetime) -> bool:
    last = one.sent_at if one.state == "sent" and one.sent_at else one.claimed_at
    return one.state != "sending" and route.repeat > 0 and now - last >= timedelta(seconds=route.repeat)
