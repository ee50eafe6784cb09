"""One thing that is wrong with a configuration, and the error that lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dean_provider.errors import InvalidConfigurationError

__all__ = ["ConfigProblem", "invalid"]

MOST_PROBLEMS = 100
MOST_IN_MESSAGE = 10


@dataclass(frozen=True)
class ConfigProblem:
    """:param field: the setting's name, with a path into it where needed (``labels.team``).
    :param value: what was given, shortened and masked.
    :param rule: what must hold, as the end of a sentence that begins with the field.
    :param origin: where the value came from.
    :param suggestion: what to do about it; may be empty.
    """

    field: str
    value: Any
    rule: str
    origin: str
    suggestion: str = ""

    def __str__(self) -> str:
        if self.rule.startswith(self.field):
            return f"{self.rule} [{self.origin}]"
        given = f" = {self.value}" if self.rule.startswith("must") and self.value is not None and len(str(self.value)) <= 40 else ""
        return f"{self.field}{given} {self.rule} [{self.origin}]"


def invalid(problems: Sequence[ConfigProblem], *, subject: str = "The configuration") -> InvalidConfigurationError:
    """The error for ``problems``, of which there is at least one.

    ``details["problems"]`` holds at most 100 of them as mappings, ``details["omitted"]`` the number of the rest.
    """
    kept = list(problems)[:MOST_PROBLEMS]
    named = "; ".join(str(problem) for problem in kept[:MOST_IN_MESSAGE])
    more = len(problems) - min(len(problems), MOST_IN_MESSAGE)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return InvalidConfigurationError(
        f"{subject} has {count}: {named}{f'; and {more} more' if more else ''}.",
        details={"problems": [asdict(problem) for problem in kept], "omitted": len(problems) - len(kept)},
        suggestions=list(dict.fromkeys(problem.suggestion for problem in kept if problem.suggestion)),
    )
