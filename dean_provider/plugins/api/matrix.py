"""Who may use which route, by role: for the documentation, and what the tests hold both auth managers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dean_provider.contract.endpoints import gateway
from dean_provider.plugins.api.documentation import DOCUMENTS
from dean_provider.plugins.api.live.assembly import SOCKETS
from dean_provider.plugins.api.rights import Right

__all__ = ["OTHERS", "ROLES", "Row", "matrix"]

_ANYBODY = frozenset({Right.KNOWN, Right.SIGNED_IN, Right.FIGURES})
_READER = _ANYBODY | {Right.READ_SOME, Right.READ}
_STEERER = _READER | {Right.EDIT, Right.START, Right.START_AGAIN, Right.SEE_TO}
_CONFIGURES = frozenset({Right.READ_CONFIGURATION, Right.CHANGE_CONFIGURATION, Right.CHANGE_SERVICES})
_SIMPLE_READER = frozenset({Right.READ_CONFIGURATION, Right.AUDIT})

ROLES: Mapping[str, Mapping[str, frozenset[Right]]] = {
    "simple": {
        "viewer": _READER | _SIMPLE_READER,
        "user": _STEERER | _SIMPLE_READER,
        "op": _STEERER | _SIMPLE_READER | _CONFIGURES,
        "admin": _STEERER | _SIMPLE_READER | _CONFIGURES,
    },
    "fab": {
        "viewer": _READER,
        "user": _STEERER,
        "op": _STEERER | _CONFIGURES,
        "admin": _STEERER | _CONFIGURES | {Right.AUDIT},
    },
}
"""What the roles that come with each auth manager amount to. A role made in FAB has what its permissions say, DAG by DAG."""

OTHERS: Mapping[str, frozenset[Right]] = {
    "anonymous": frozenset(),
    "task": frozenset({Right.KNOWN, Right.TELL}),
    "metrics token": frozenset({Right.FIGURES}),
}


@dataclass(frozen=True)
class Row:
    """One route."""

    name: str
    method: str
    path: str
    right: Right


def matrix(rights: Mapping[str, Right]) -> Iterator[Row]:
    """Every route in the order of the contract, then the documents and the live sockets.

    :param rights: who may use each route, by its name.
    :raises KeyError: a route without a rule.
    """
    for name, route in gateway.REFERENCE.routes.items():
        yield Row(name, route.method, route.path, rights[name])
    for name, (path, _) in DOCUMENTS.items():
        yield Row(name, "GET", f"{gateway.PREFIX}{path}", rights[name])
    for name, (path, _) in SOCKETS.items():
        yield Row(name, "WebSocket", f"{gateway.PREFIX}{path}", rights[name])
