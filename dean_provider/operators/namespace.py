"""The installation's namespace when none is configured: drawn once, kept in an Airflow Variable.

Airflow offers no "create unless it exists" to a task, only read and write. Two runs that start at the same moment in a new
installation may both find nothing and both write; the later write wins. So nobody uses a value that may still be replaced:
the UUID is of version 7, carries the moment it was drawn, and is used only when it has stood for :data:`SETTLE_SECONDS`.
What remains is a process that pauses for longer than that between reading and writing, once in an installation's life;
setting ``[dean] namespace`` rules that out too.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from dean_provider.errors import InvalidConfigurationError

__all__ = ["SETTLE_SECONDS", "VARIABLE", "Variables", "installation_namespace"]

VARIABLE = "dean_namespace"
SETTLE_SECONDS = 2.0
_ATTEMPTS = 10


class Variables(Protocol):
    """Where Variables are kept."""

    def get(self, key: str) -> str | None:
        """Value of ``key``, ``None`` when it is not set."""

    def set(self, key: str, value: str) -> None:
        """Set ``key``; the last writer wins."""


class AirflowVariables:
    """Variables of the Airflow this task runs in."""

    def get(self, key: str) -> str | None:
        from airflow.sdk import Variable

        value = Variable.get(key, default=None)
        return None if value is None else str(value)

    def set(self, key: str, value: str) -> None:
        from airflow.sdk import Variable

        Variable.set(key, value, description="Tells this installation's evolution trials from those of others. Never change it.")


def _draw(now: float) -> UUID:
    """A UUID of version 7: milliseconds since the epoch, then random bits."""
    value = (int(now * 1000) & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def _parse(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise InvalidConfigurationError(
            f"The Airflow Variable {VARIABLE} is not a UUID.",
            details={"field": VARIABLE, "rule": "a UUID"},
            suggestions=[
                "Restore its former value; without one, delete it and another is drawn (running trials are then not found again)."
            ],
        ) from None


def _unsettled_seconds(namespace: UUID, now: float) -> float:
    """Seconds for which ``namespace`` may still be replaced by somebody's simultaneous first use."""
    if namespace.version != 7:
        return 0.0
    drawn = (namespace.int >> 80) / 1000
    return max(0.0, min(SETTLE_SECONDS, drawn + SETTLE_SECONDS - now))


def installation_namespace(
    configured: UUID | None,
    variables: Variables | None = None,
    *,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> UUID:
    """The configured namespace, else the one in the Variable, which is made on first use.

    :raises InvalidConfigurationError: when the Variable holds something else than a UUID, or keeps changing.
    """
    if configured is not None:
        return configured
    variables = variables or AirflowVariables()
    for _ in range(_ATTEMPTS):
        text = variables.get(VARIABLE)
        if text is None:
            variables.set(VARIABLE, str(_draw(now())))
            continue
        namespace = _parse(text)
        wait = _unsettled_seconds(namespace, now())
        if not wait:
            return namespace
        sleep(wait)
        if variables.get(VARIABLE) == text:
            return namespace
    raise InvalidConfigurationError(
        f"The Airflow Variable {VARIABLE} does not keep its value.",
        details={"field": VARIABLE},
        suggestions=["Set [dean] namespace to a UUID."],
    )
