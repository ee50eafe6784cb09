"""Dialects: the wire forms that deployed services speak, each a table from operation to route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dean_provider.contract.endpoints.operation import Operation, Route
from dean_provider.contract.service import ServiceName
from dean_provider.errors import InvalidConfigurationError, UnsupportedOperationError

__all__ = ["AUTO", "Dialect", "Probe", "Traits", "dialect_named", "dialects", "register_dialect"]

AUTO = "auto"


@dataclass(frozen=True)
class Probe:
    """A GET whose answer tells a dialect: ``accepts(status, body)``."""

    path: str
    accepts: Callable[[int, Any], bool]


@dataclass(frozen=True)
class Traits:
    """What callers must know of a dialect beyond its routes.

    :param caller_chosen_ids: trials and populations live under the id the caller gives, so a start is idempotent.
    :param sticky_stop: a stopped trial stays stopped.
    :param advances_on_read: the trial moves only when it is read.
    :param enforces_limits: the service itself keeps budgets, thresholds and interventions.
    :param digest: the service computes the trial's digest.
    :param forks: a trial can be started from a committed generation of another.
    """

    caller_chosen_ids: bool = True
    sticky_stop: bool = True
    advances_on_read: bool = False
    enforces_limits: bool = True
    digest: bool = True
    forks: bool = False


@dataclass(frozen=True)
class Dialect:
    """One wire form of one service."""

    name: str
    service: ServiceName
    routes: Mapping[str, Route]
    traits: Traits = field(default_factory=Traits)
    probe: Probe | None = None

    def supports(self, operation: Operation[Any, Any]) -> bool:
        """Whether the dialect has this operation."""
        return operation.name in self.routes

    def route(self, operation: Operation[Any, Any]) -> Route:
        """How the dialect spells ``operation``.

        :raises UnsupportedOperationError: when it has no such operation.
        """
        try:
            return self.routes[operation.name]
        except KeyError:
            raise UnsupportedOperationError(
                f"Dialect {self.name!r} of {self.service.value} has no operation {operation.name!r}.",
                details={"dialect": self.name, "operation": operation.name},
                suggestions=["Use a service that has it, for example the reference service, or leave this step out."],
            ) from None


_registered: dict[tuple[ServiceName, str], Dialect] = {}


def register_dialect(dialect: Dialect) -> Dialect:
    """Make a dialect known under its name; the last one registered wins."""
    _registered[dialect.service, dialect.name] = dialect
    return dialect


def dialects(service: ServiceName) -> list[Dialect]:
    """Every dialect known for ``service``, in the order they are probed."""
    return [dialect for (name, _), dialect in _registered.items() if name is service]


def dialect_named(service: ServiceName, name: str) -> Dialect:
    """The dialect called ``name``.

    :raises InvalidConfigurationError: when there is none, listing those there are.
    """
    try:
        return _registered[service, name]
    except KeyError:
        known = ", ".join([AUTO, *(dialect.name for dialect in dialects(service))])
        raise InvalidConfigurationError(
            f"Unknown dialect {name!r} for {service.value}.",
            details={"field": "dialect", "value": name, "rule": f"one of {known}"},
            suggestions=[f"Set the connection's dialect to one of {known}."],
        ) from None
