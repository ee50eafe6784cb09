"""What a fact is: a frozen, versioned model in the past tense, and the one table from its name to its model.

Readers meet facts of every age. An older version is brought up by its *upcasters*, one per step; a name or a version nobody here
knows is kept as an :class:`UnknownFact`, so that a downgrade or a newer writer loses nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

__all__ = ["Fact", "UnknownFact", "fact_type", "fact_types", "read_fact", "register", "upcaster"]

Details = dict[str, Any]


class Fact(BaseModel):
    """Something that happened. Subclasses are registered under :attr:`event_type`."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    event_type: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1

    def details(self) -> Details:
        """The JSON form that is stored, hashed and compared."""
        return self.model_dump(mode="json", exclude_none=True)

    def key(self) -> str:
        """Idempotency key within its workflow: the same fact told twice has the same one.

        Facts with a place in an order (a generation, a threshold) name it, so that a different fact for the same place is refused;
        for all others it follows from the content.
        """
        text = json.dumps(self.details(), sort_keys=True, separators=(",", ":"))
        return f"{self.event_type}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


class UnknownFact(Fact):
    """A fact of a type or version nobody here knows: kept as it came, folded into nothing."""

    named: str
    at_version: int
    content: dict[str, JsonValue]

    def details(self) -> Details:
        return dict(self.content)


FactType = TypeVar("FactType", bound=type[Fact])
Upcast = Callable[[Details], Details]
_types: dict[str, type[Fact]] = {}
_upcasts: dict[tuple[str, int], Upcast] = {}


def register(cls: FactType) -> FactType:
    """Class decorator: make a fact known under its ``event_type``.

    :raises ValueError: when the name is missing, too long for its column or taken.
    """
    if not 0 < len(cls.event_type) <= 50 or _types.get(cls.event_type, cls).__qualname__ != cls.__qualname__:
        raise ValueError(f"{cls.__name__} needs an event_type of its own, of at most 50 characters")
    _types[cls.event_type] = cls
    return cls


def upcaster(event_type: str, version: int) -> Callable[[Upcast], Upcast]:
    """Decorator: the function that turns details of ``version`` into those of the next one."""

    def keep(function: Upcast) -> Upcast:
        _upcasts[event_type, version] = function
        return function

    return keep


def fact_types() -> Mapping[str, type[Fact]]:
    """Every fact known here, by name."""
    return dict(_types)


def fact_type(event_type: str) -> type[Fact] | None:
    """The model registered under that name, if there is one."""
    return _types.get(event_type)


def read_fact(event_type: str, version: int, details: Mapping[str, Any]) -> Fact:
    """The fact in a stored event, in its newest form.

    :raises pydantic.ValidationError: when a fact of a known version is not what that version promises.
    """
    cls = _types.get(event_type)
    content = dict(details)
    while cls is not None and version < cls.schema_version:
        step = _upcasts.get((event_type, version))
        if step is None:
            break
        content, version = step(content), version + 1
    if cls is None or version != cls.schema_version:
        return UnknownFact(named=event_type, at_version=version, content=content)
    return cls.model_validate(content)
