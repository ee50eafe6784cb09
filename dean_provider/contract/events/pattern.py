"""Patterns: found, judged by people and by measurement, imposed."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from dean_provider.contract.events.fact import Fact, register
from dean_provider.contract.pattern import Effectiveness, Support

__all__ = ["ApprovalAsked", "ApprovalGiven", "PatternApplied", "PatternDiscovered", "PatternRefused"]

Text = Annotated[str, StringConstraints(max_length=2000)]
Name = Annotated[str, StringConstraints(max_length=250)]


@register
class PatternDiscovered(Fact):
    """A pattern stood out in a trial."""

    event_type: ClassVar[str] = "pattern.discovered"

    pattern_id: Name
    description: Text = ""
    support: Support | None = None
    effectiveness: Effectiveness | None = None

    def key(self) -> str:
        return f"pattern:{self.pattern_id}"


@register
class PatternRefused(Fact):
    """A pattern was not applied: its measured effect may be nil, or a person said no."""

    event_type: ClassVar[str] = "pattern.refused"

    pattern_id: Name
    reason: Text = ""
    effectiveness: Effectiveness | None = None

    def key(self) -> str:
        return f"refused:{self.pattern_id}"


@register
class PatternApplied(Fact):
    """Patterns were imposed on copies of the final population; the outcome did not change."""

    event_type: ClassVar[str] = "pattern.applied"

    pattern_ids: list[Name] = Field(max_length=100)
    population_id: Name
    agents: int = Field(ge=0)
    mean_fitness_before: float
    mean_fitness_after: float
    tokens_used: int = Field(ge=0)


@register
class ApprovalAsked(Fact):
    """People were asked whether patterns may be applied."""

    event_type: ClassVar[str] = "approval.asked"

    subject: Text
    pattern_ids: list[Name] = Field(default_factory=list, max_length=100)


@register
class ApprovalGiven(Fact):
    """The answer to :class:`ApprovalAsked`; no is an answer too."""

    event_type: ClassVar[str] = "approval.given"

    approved: bool
    by: Name = ""
    pattern_ids: list[Name] = Field(default_factory=list, max_length=100)
    comment: Text = ""
