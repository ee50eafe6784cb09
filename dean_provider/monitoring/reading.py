"""What one round of questions found: how each service is, and figures."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from dean_provider.contract.monitoring import BudgetBurn, MetricType, ServiceState

__all__ = ["LARGEST_BODY", "Family", "Labels", "Reading", "Sample"]

Labels = tuple[tuple[str, str], ...]
LARGEST_BODY = 32 * 2**20
"""Bytes of a reading at most, before it was packed."""
_states = TypeAdapter(tuple[ServiceState, ...])
_FORM = 1


@dataclass(frozen=True)
class Family:
    """What all series of one name are.

    :param unit: as Prometheus spells it: ``seconds``, ``bytes``, ``ratio``; empty for what is counted.
    """

    type: MetricType
    unit: str = ""
    help: str = ""


@dataclass(frozen=True)
class Sample:
    """One figure.

    :param labels: in the order of their names.
    :param service: whose it is.
    """

    name: str
    value: float
    service: str = ""
    labels: Labels = ()

    @classmethod
    def of(cls, name: str, value: float, service: str = "", /, **labels: str) -> Sample:
        """The same, with labels by name."""
        return cls(name, value, service, tuple(sorted(labels.items())))

    def label(self, name: str) -> str | None:
        """The label's value, if there is such a label."""
        return next((value for key, value in self.labels if key == name), None)


@dataclass(frozen=True)
class Reading:
    """:param taken_at: when the round ended.
    :param leader: the process that asked.
    :param period_seconds: from one round to the next.
    :param families: by name, for every sample's name.
    :param unlisted: figures that only the process which asked looks at; nobody else hears of them.
    """

    taken_at: datetime
    leader: str
    period_seconds: float
    services: tuple[ServiceState, ...] = ()
    samples: tuple[Sample, ...] = ()
    families: Mapping[str, Family] = field(default_factory=dict)
    budget: BudgetBurn | None = None
    unlisted: tuple[Sample, ...] = ()

    def pack(self) -> bytes:
        """Compact, for the database and Redis."""
        document = {
            "form": _FORM,
            "taken_at": self.taken_at.isoformat(),
            "leader": self.leader,
            "period_seconds": self.period_seconds,
            "services": _states.dump_python(self.services, mode="json", exclude_defaults=True),
            "samples": [[one.name, one.value, one.service, one.labels] for one in self.samples],
            "families": {name: [one.type.value, one.unit, one.help] for name, one in self.families.items()},
            "budget": self.budget.model_dump(mode="json") if self.budget else None,
        }
        return zlib.compress(json.dumps(document, separators=(",", ":")).encode(), level=1)

    @classmethod
    def unpack(cls, body: bytes) -> Reading:
        """What :meth:`pack` made.

        :raises ValueError: when it is nothing of that kind, or of another version of this package.
        """
        try:
            return cls._read(json.loads(_inflated(body)))
        except (KeyError, TypeError, IndexError, zlib.error, RecursionError) as error:
            raise ValueError(f"no reading: {type(error).__name__}") from error

    @classmethod
    def _read(cls, document: dict[str, Any]) -> Reading:
        if document["form"] != _FORM:
            raise ValueError(f"a reading of form {document['form']!r}")
        return cls(
            taken_at=datetime.fromisoformat(document["taken_at"]),
            leader=str(document["leader"]),
            period_seconds=float(document["period_seconds"]),
            services=_states.validate_python(document["services"]),
            samples=tuple(
                Sample(name, float(value), service, tuple((key, text) for key, text in labels))
                for name, value, service, labels in document["samples"]
            ),
            families={name: Family(MetricType(kind), unit, text) for name, (kind, unit, text) in document["families"].items()},
            budget=BudgetBurn.model_validate(document["budget"]) if document["budget"] else None,
        )


def _inflated(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(body, LARGEST_BODY)
    if unpacker.unconsumed_tail:
        raise ValueError(f"a reading of more than {LARGEST_BODY} bytes")
    return found
