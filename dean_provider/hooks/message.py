"""What goes over the wire and what comes back, the same for both transports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

__all__ = ["Answer", "Outgoing", "encoded"]


@dataclass(frozen=True)
class Outgoing:
    """One HTTP request, ready to be sent.

    :param url: complete, path and query quoted.
    :param seconds: what this attempt may take from the first byte sent to the last one read.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    seconds: float


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole. The names of its headers are the same in upper and lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def json(self) -> Any:
        """The body as JSON data.

        :raises ValueError: when it is none.
        """
        return from_json(self.body)


def encoded(body: Any) -> bytes | None:
    """The JSON spelling of a request's body."""
    return None if body is None else json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
