"""What a service's answer about its health means, in whichever dialect."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from dean_provider.contract.monitoring import ServiceStatus
from dean_provider.contract.service import Check, HealthStatus
from dean_provider.monitoring.finding import Finding, Kind

__all__ = ["health_of"]

_WORDS = {
    **dict.fromkeys(("healthy", "ok", "up", "operational", "alive", "pass", "running", "ready", "true"), ServiceStatus.HEALTHY),
    **dict.fromkeys(("degraded", "warn", "warning", "partial"), ServiceStatus.DEGRADED),
    **dict.fromkeys(("unhealthy", "down", "error", "fail", "failed", "critical", "false"), ServiceStatus.UNHEALTHY),
}
_PARTS = ("checks", "components", "services")
_MOST_CHECKS, _LONGEST = 30, 300
_NO_HEALTH = "what it answers does not say how it is"


def health_of(name: str, kind: Kind, status: int, body: bytes) -> Finding:
    """What the answer says. Its status code is believed over its words when it says that the service cannot serve."""
    payload = _payload(body)
    if isinstance(payload, str):
        payload = {"status": payload}
    if not isinstance(payload, dict):
        return Finding(name, kind, ServiceStatus.UNHEALTHY, message=_NO_HEALTH)
    said = _status(payload.get("status"))
    if said is None and kind == "other" and status < 300:
        said = ServiceStatus.HEALTHY
    if said is None:
        return Finding(name, kind, ServiceStatus.UNHEALTHY, message=_NO_HEALTH)
    if status >= 500:
        said = ServiceStatus.UNHEALTHY
    checks = _checks(payload)
    return Finding(
        name,
        kind,
        said,
        message="" if said is ServiceStatus.HEALTHY else _why(payload, checks, said),
        version=_text(payload.get("version"), 64),
        dialect=_text(payload.get("dialect"), 64),
        uptime_seconds=_number(payload.get("uptime_seconds")),
        checks=checks,
    )


def _payload(body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:
        text = body[:64].decode("utf-8", errors="replace").strip()
        return text if len(body) < 64 and text.lower() in _WORDS else None


def _status(value: Any) -> ServiceStatus | None:
    if isinstance(value, dict):
        value = value.get("status", value.get("healthy"))
    return _WORDS.get(str(value).strip().lower()) if isinstance(value, str | bool) else None


def _checks(payload: dict[str, Any]) -> dict[str, Check]:
    found: dict[str, Check] = {}
    for part in _PARTS:
        told = payload.get(part)
        for name, value in list(told.items())[:_MOST_CHECKS] if isinstance(told, dict) else []:
            status = _status(value)
            if status is None:
                continue
            more = value if isinstance(value, dict) else {}
            found[_text(name, 64)] = Check(
                status=HealthStatus(status.value),
                message=_text(more.get("message"), _LONGEST),
                latency_seconds=_number(more.get("latency_seconds")),
            )
    return found


def _why(payload: dict[str, Any], checks: dict[str, Check], said: ServiceStatus) -> str:
    ill = {name: check for name, check in checks.items() if check.status is not HealthStatus.HEALTHY}
    ailing = [f"{name}: {check.message or check.status.value}" for name, check in ill.items()]
    detail = payload.get("message", payload.get("detail"))
    return ("; ".join(ailing) or _text(detail, _LONGEST) or f"it says that it is {said.value}")[:_LONGEST]


def _text(value: Any, most: int) -> str:
    return str(value)[:most] if isinstance(value, str | int | float) else ""


def _number(value: Any) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
    return float(value) if good else None
