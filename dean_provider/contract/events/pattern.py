"""Patterns: found, judged by people and by measurement, imposed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, StringConstraints

from dean_provider.contract.events.fact import Fact, register
from dean_provider.contract.pattern import Effectiveness, Support

__all__ = [
    "ApprovalAsked",
    "ApprovalGiven",
    "PatternApplied",
    "PatternDiscovered",
    "PatternPropagated",
    "PatternQuarantined",
    "PatternRefused",
    "PatternTried",
    "PropagationCompensated",
    "PropagationCompleted",
    "PropagationFailed",
    "PropagationPlanned",
]

Text = Annotated[str, StringConstraints(max_length=2000)]
Name = Annotated[str, StringConstraints(max_length=250)]
Verdict = Literal["holds", "harms", "undecided"]
"""By where the whole 95 % interval of the effect lies: above zero, below it, or neither."""


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
    """A pattern was not applied: its measured effect may be nil or is harmful, or a person said no."""

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


@register
class PropagationPlanned(Fact):
    """What holds in one trial is to be tried in another."""

    event_type: ClassVar[str] = "propagation.planned"

    source_trial_id: Name
    target_trial_id: Name
    objective: Name | None = None
    config: dict[str, JsonValue] = Field(description="PropagationConfig, complete.")


@register
class PatternTried(Fact):
    """A pattern was imposed on a share of a population, and what that was worth was measured."""

    event_type: ClassVar[str] = "pattern.tried"

    pattern_id: Name
    population_id: Name = Field(description="Derived population that carries the copies.")
    share: float = Field(gt=0, le=1)
    imposed: int = Field(ge=0, description="Agents it changed.")
    effectiveness: Effectiveness | None = None
    verdict: Verdict
    tokens_used: int = Field(default=0, ge=0)

    def key(self) -> str:
        return f"tried:{self.pattern_id}:{self.share:g}"


@register
class PatternPropagated(Fact):
    """A pattern holds in the whole population it was tried in."""

    event_type: ClassVar[str] = "pattern.propagated"

    pattern_id: Name
    population_id: Name
    effectiveness: Effectiveness | None = None

    def key(self) -> str:
        return f"propagated:{self.pattern_id}"


@register
class PatternQuarantined(Fact):
    """A pattern that did harm elsewhere may not be applied until somebody lets it out."""

    event_type: ClassVar[str] = "pattern.quarantined"

    pattern_id: Name
    reason: Text = ""

    def key(self) -> str:
        return f"quarantined:{self.pattern_id}"


@register
class PropagationCompleted(Fact):
    """What became of every pattern: spread to the whole population, in quarantine, neither because too little is known, or not tried."""

    event_type: ClassVar[str] = "propagation.completed"

    propagated: list[Name] = Field(default_factory=list, max_length=100)
    quarantined: list[Name] = Field(default_factory=list, max_length=100)
    undecided: list[Name] = Field(default_factory=list, max_length=100)
    left_out: list[Name] = Field(default_factory=list, max_length=100)
    tokens_used: int = Field(default=0, ge=0)

    def key(self) -> str:
        return "propagation:completed"


@register
class PropagationFailed(Fact):
    """A step failed for good, and the propagation ended without having decided about every pattern."""

    event_type: ClassVar[str] = "propagation.failed"

    error: Text
    task_id: Name | None = None


@register
class PropagationCompensated(Fact):
    """What a propagation that did not come to its end had made was taken back."""

    event_type: ClassVar[str] = "propagation.compensated"

    withdrawn: list[Name] = Field(default_factory=list, max_length=1000, description="Populations released.")
    quarantined: list[Name] = Field(default_factory=list, max_length=100)
