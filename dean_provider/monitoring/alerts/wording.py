"""Several incidents in a few lines of plain text, and as data for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dean_provider.contract.alert import Incident, Severity
from dean_provider.monitoring.alerts.due import Message
from dean_provider.monitoring.alerts.rule import Rule

__all__ = ["context_of"]

_MOST_LINES = 20
_GRAVITY = [Severity.CRITICAL, Severity.WARNING, Severity.INFO]
_WORDS = {"raised": "firing", "resolved": "resolved"}


def context_of(message: Message, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """What a notifier's templates can use: ``alert_subject``, ``alert_text`` and ``alert``."""
    incidents = message.incidents
    severity = min((one.severity for one in incidents), key=_GRAVITY.index)
    word = _WORDS[message.kind]
    first, others = incidents[0], len(incidents) - 1
    subject = f"[{word}] {severity.value}: {first.message}{f' (and {others} more)' if others else ''}"
    lines = [_line(one) for one in incidents[:_MOST_LINES]]
    lines += [f"… and {len(incidents) - _MOST_LINES} more."] if len(incidents) > _MOST_LINES else []
    advice = dict.fromkeys(rules[one.rule].advice for one in incidents if one.rule in rules and message.kind == "raised")
    return {
        "alert_subject": " ".join(subject.split())[:250],
        "alert_text": "\n".join([*lines, *filter(None, advice)]),
        "alert": {
            "status": word,
            "severity": severity.value,
            "route": message.route.name,
            "group": dict(zip(message.route.group_by, message.group, strict=False)),
            "incidents": [one.model_dump(mode="json") for one in incidents],
        },
    }


def _line(incident: Incident) -> str:
    told = f"{incident.severity.value} {incident.rule}: {incident.message}"
    since = f"since {incident.raised_at:%Y-%m-%d %H:%M:%S} UTC"
    until = f" until {incident.resolved_at:%H:%M:%S}" if incident.resolved_at else ""
    return f"{told} ({since}{until}; {incident.incident_id})"
