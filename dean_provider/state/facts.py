"""Facts on their way into the record and out of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from dean_provider.contract.events import Fact, ReportedFact, UnknownFact, read_fact
from dean_provider.contract.events.trial import GenerationCompleted
from dean_provider.errors import InvalidConfigurationError, LimitExceededError
from dean_provider.state.canonical import clean, dumps

__all__ = ["MAX_DETAILS", "Prepared", "known_fact", "prepared"]

MAX_DETAILS = 256 * 1024
"""Characters of canonical JSON that the details of one fact may have."""

SUSPECT = re.compile(r"nan|inf", re.IGNORECASE)


class Prepared(NamedTuple):
    """A fact that can be recorded.

    :param told: as it was told, its details clean.
    :param details: canonical text of its details.
    :param fact: what it says; None when this version does not know its type or version.
    """

    told: ReportedFact
    details: str
    fact: Fact | None

    @property
    def content(self) -> tuple[str, int, str]:
        """What two facts are compared by."""
        return self.told.event_type, self.told.schema_version, self.details


def prepared(told: ReportedFact) -> Prepared:
    """``told`` with what cannot be kept replaced, once it is what its type and version promise.

    :raises InvalidConfigurationError: with every problem of its details.
    :raises LimitExceededError: when it is too large.
    """
    content = clean(told.details)
    details = dumps(content)
    if len(details) > MAX_DETAILS:
        raise LimitExceededError(
            f"The details of a fact of type {told.event_type} are too large.",
            details={"field": "details", "rule": f"at most {MAX_DETAILS} characters of JSON"},
        )
    told = told.model_copy(update={"details": content, "idempotency_key": clean(told.idempotency_key)})
    return Prepared(told, details, _checked(told, details))


def known_fact(event_type: str, version: int, details: Mapping[str, Any]) -> Fact | None:
    """The fact in a stored event in its newest form; None when this version cannot understand it."""
    try:
        fact = read_fact(event_type, version, details)
    except ValidationError:
        return None
    return None if isinstance(fact, UnknownFact) or not _finite(fact.model_dump()) else fact


def _checked(told: ReportedFact, details: str) -> Fact | None:
    try:
        fact = read_fact(told.event_type, told.schema_version, told.details)
    except ValidationError as error:
        raise _refused(told, [_problem(one) for one in error.errors(include_url=False, include_context=False)]) from None
    if SUSPECT.search(details) and not _finite(fact.model_dump()):
        raise _refused(told, [{"field": "details", "value": None, "rule": "figures must be finite numbers"}])
    if isinstance(fact, GenerationCompleted) and told.idempotency_key != fact.key():
        rule = "the key of a completed generation is its own, so that it is recorded once"
        raise _refused(told, [{"field": "idempotency_key", "value": told.idempotency_key, "rule": rule, "suggestion": fact.key()}])
    return None if isinstance(fact, UnknownFact) else fact


def _problem(error: Any) -> dict[str, Any]:
    place = ".".join(str(part) for part in ("details", *error["loc"]))
    return {"field": place, "value": None, "rule": error["msg"]}


def _refused(told: ReportedFact, problems: list[dict[str, Any]]) -> InvalidConfigurationError:
    text = "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems)
    return InvalidConfigurationError(
        f"The fact {told.event_type} is not what its version promises: {text}.", details={"problems": problems}
    )


def _finite(value: Any) -> bool:
    """Whether every figure is a number that can be ordered: text such as "NaN" reads as a float too."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    return all(_finite(item) for item in value) if isinstance(value, (list, tuple)) else True
