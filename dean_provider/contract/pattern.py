"""Patterns: what the fit agents of a population have in common, and what it is worth."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dean_provider.contract.paging import Page, PageRequest
from dean_provider.contract.request import RequestModel

__all__ = [
    "AppliedPatterns",
    "ApplyPatterns",
    "DetectPatterns",
    "DetectedPatterns",
    "Effectiveness",
    "ListPatterns",
    "MeasurePattern",
    "Pattern",
    "PatternBody",
    "PatternPage",
    "PatternRef",
    "PatternStatus",
    "QuarantinePattern",
    "StorePattern",
    "Support",
    "TraitRange",
]

MAX_COUNT = 2**53
"""What JSON carries exactly."""
PatternId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]


class TraitRange(RequestModel):
    """Genes ``low <= value <= high`` (or one of ``values``, for choice and binary genes) of one trait."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trait: str = Field(max_length=64)
    index: int = Field(default=0, ge=0, le=10**9, description="Gene within the trait.")
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] | None = Field(default=None, max_length=1000)


class PatternBody(RequestModel):
    """What a pattern says about a genome: every range holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ranges: tuple[TraitRange, ...] = Field(min_length=1, max_length=1000)


class Support(RequestModel):
    """How the pattern stood out: among the elite against the whole population."""

    elite_matching: int = Field(ge=0, le=MAX_COUNT)
    elite_size: int = Field(ge=1, le=MAX_COUNT)
    population_matching: int = Field(ge=0, le=MAX_COUNT)
    population_size: int = Field(ge=1, le=MAX_COUNT)
    p_value: float = Field(ge=0, le=1)
    q_value: float = Field(ge=0, le=1, description="Benjamini-Hochberg adjusted over all traits tested.")


class Effectiveness(RequestModel):
    """Mean change of fitness when the pattern is imposed on agents that lack it, on validation instances."""

    mean: float
    low: float = Field(description="Lower end of the 95 % interval.")
    high: float = Field(description="Upper end of the 95 % interval.")
    agents: int = Field(ge=0, le=MAX_COUNT, description="Agents it was imposed on.")
    tokens_used: int = Field(default=0, ge=0, le=MAX_COUNT)


class PatternStatus(str, Enum):
    """What was decided about a pattern: it is accepted when its whole interval lies above zero. A quarantined one may not be applied."""

    DISCOVERED = "discovered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


class Pattern(RequestModel):
    model_config = ConfigDict(extra="ignore")

    pattern_id: str = Field(max_length=128)
    description: str = Field(default="", max_length=2000)
    body: PatternBody | None = None
    objective: str | None = Field(default=None, max_length=64)
    trial_id: str | None = Field(default=None, max_length=128)
    population_id: str | None = Field(default=None, max_length=128)
    generation: int | None = Field(default=None, ge=0, le=10**9)
    support: Support | None = None
    effectiveness: Effectiveness | None = None
    status: PatternStatus = PatternStatus.DISCOVERED
    quarantine: str | None = Field(default=None, max_length=1000, description="Why it may not be applied, while it may not.")
    discovered_at: datetime | None = None


class PatternPage(Page):
    patterns: list[Pattern]


class PatternRef(RequestModel):
    pattern_id: PatternId


class ListPatterns(PageRequest):
    trial_id: str | None = Field(default=None, max_length=128)
    objective: str | None = Field(default=None, max_length=64)
    status: PatternStatus | None = None


class DetectPatterns(RequestModel):
    """Find trait ranges enriched among the fittest ``elite_share`` over the generations ``start`` to ``end`` of a population.

    The first generations are the default: their agents still differ at random, so what the fittest share is more often what makes them fit.
    Later, most of it was only inherited together.
    """

    population_id: str = Field(min_length=1, max_length=128)
    start: int = Field(default=0, ge=0, le=10**9, description="First generation looked at.")
    end: int | None = Field(
        default=10, ge=0, le=10**9, description="Last generation looked at, if there are so many; the newest when empty."
    )
    elite_share: float = Field(default=0.25, gt=0, lt=1)
    false_discovery_rate: float = Field(default=0.05, gt=0, lt=1)
    limit: int = Field(default=20, ge=1, le=100)


class DetectedPatterns(BaseModel):
    patterns: list[Pattern]
    tests: int = Field(default=0, ge=0, description="Hypotheses tested: what the adjustment accounts for.")


class StorePattern(RequestModel):
    """Put a pattern into the registry; the same id and body twice is one pattern."""

    pattern: Pattern


class MeasurePattern(PatternRef):
    """Measure a stored pattern's effectiveness by intervention on a trial's final population. Idempotent by pattern and trial."""

    trial_id: str = Field(min_length=1, max_length=128)
    agents: int = Field(default=60, ge=30, le=1000)


class QuarantinePattern(PatternRef):
    """Keep a pattern from being applied, or let it out again; its status is then what its measurement says."""

    quarantined: bool = True
    reason: str = Field(default="", max_length=1000, description="Why, for the record.")


class ApplyPatterns(RequestModel):
    """Impose patterns on copies of a trial's final population and evaluate them; neither the outcome nor the digest changes."""

    trial_id: str = Field(min_length=1, max_length=128)
    pattern_ids: list[PatternId] = Field(min_length=1, max_length=100)
    share: float | None = Field(
        default=None, gt=0, le=1, description="Share of the copies it is imposed on; all when empty. A larger one has those of a smaller."
    )
    measure: bool = Field(default=False, description="Evaluate the changed copies beside what they were, on validation instances.")


class AppliedPatterns(BaseModel):
    trial_id: str
    pattern_ids: list[str]
    population_id: str = Field(description="Derived population that carries the copies.")
    agents: int = Field(ge=0)
    mean_fitness_before: float
    mean_fitness_after: float
    best_fitness_before: float
    best_fitness_after: float
    tokens_used: int = Field(ge=0)
    imposed: int | None = Field(default=None, ge=0, description="Copies that it changed.")
    effectiveness: Effectiveness | None = Field(default=None, description="What it was worth to them, where that was measured.")
