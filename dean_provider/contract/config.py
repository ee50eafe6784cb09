"""What a trial is asked to do: :class:`TrialConfig`, its ranges and the dependencies between its fields."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError, to_json

from dean_provider.contract.request import RequestModel
from dean_provider.contract.text import Label, LabelKey

__all__ = ["Evaluation", "OnKill", "PatternPolicy", "SelectionMethod", "TrialConfig", "config_differences"]

MAX_PARAMETERS_DEPTH = 6
MAX_PARAMETERS_BYTES = 16 * 1024
PatternId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SelectionMethod(str, Enum):
    """How parents are chosen.

    tournament: the fittest of ``tournament_size`` drawn at random. roulette: with a probability proportional to fitness above the
    worst. rank: linear ranking (Baker 1985). elitist: uniformly among the fittest half (truncation selection).
    """

    TOURNAMENT = "tournament"
    ROULETTE = "roulette"
    RANK = "rank"
    ELITIST = "elitist"


class Evaluation(str, Enum):
    """Where candidates are evaluated: in the Evolution API's own process pool."""

    SERVICE = "service"


class PatternPolicy(str, Enum):
    """What happens with patterns once the trial has ended. ``approve`` is ``apply`` after somebody has said yes."""

    OFF = "off"
    DISCOVER = "discover"
    APPROVE = "approve"
    APPLY = "apply"


class OnKill(str, Enum):
    """What happens to the remote trial when its waiting task is marked failed, success or skipped, or is removed."""

    STOP = "stop"
    LEAVE = "leave"


def _rule(code: str, message: str, **context: Any) -> PydanticCustomError:
    return PydanticCustomError(code, message, context)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(item) for item in value), default=0)
    return 0


class TrialConfig(RequestModel):
    """One evolutionary run. Generation 0 is the initial population; ``generations`` steps follow."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(
        default="bin-packing",
        pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
        description="What people call the trial; lower-case letters, digits, dot, underscore and dash.",
    )
    objective: str = Field(
        default="bin_packing",
        pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$",
        description="What is optimised: the name of an objective registered with the Evolution API.",
    )
    objective_parameters: dict[str, JsonValue] = Field(
        default_factory=dict, max_length=64, description="Parameters of the objective, as it documents them."
    )
    population_size: int = Field(default=60, ge=2, le=10_000, description="Agents in each generation.")
    generations: int = Field(default=60, ge=1, le=100_000, description="Steps after the initial population.")
    mutation_rate: float = Field(default=0.1, ge=0, le=1, description="Probability that a gene mutates.")
    crossover_rate: float = Field(default=0.9, ge=0, le=1, description="Probability that a pair of parents recombines.")
    selection_method: SelectionMethod = Field(default=SelectionMethod.TOURNAMENT, description="How parents are chosen.")
    tournament_size: int = Field(default=3, ge=2, le=1000, description="Agents in a tournament; used by tournament selection only.")
    elite_size: int = Field(default=2, ge=0, le=1000, description="Best agents that pass into the next generation unchanged.")
    diversity_threshold: float = Field(
        default=0.05, ge=0, le=1, description="Below this diversity the engine intervenes. 0 switches it off."
    )
    intervention_rate: float = Field(default=0.3, ge=0, le=1, description="Share of the non-elite agents that an intervention mutates.")
    intervention_target: float = Field(default=0.1, ge=0, le=1, description="Diversity at which an intervention stops adding mutations.")
    token_budget: int | None = Field(default=None, ge=1, le=10**12, description="Tokens the trial may use in all. Empty: no bound.")
    max_time_seconds: int = Field(
        default=86_400, ge=1, le=31_536_000, description="Running time, pauses excluded, after which the trial ends (seconds)."
    )
    fitness_threshold: float | None = Field(
        default=None, description="End as soon as the best fitness reaches this. Fitness is always maximised."
    )
    stagnation_generations: int | None = Field(
        default=None, ge=1, le=100_000, description="End after so many generations without a better best fitness."
    )
    seed: int | None = Field(default=None, ge=0, le=2**53 - 1, description="Seed of every random stream. Empty: one is drawn and recorded.")
    repository: str | None = Field(default=None, max_length=512, description="Repository the trial works on, for services that need one.")
    evaluation: Evaluation = Field(default=Evaluation.SERVICE, description="Where candidates are evaluated.")
    pattern_policy: PatternPolicy = Field(
        default=PatternPolicy.APPLY, description="After the trial: off, discover patterns, ask people before applying them, or apply them."
    )
    pattern_seeds: tuple[PatternId, ...] = Field(
        default=(), max_length=100, description="Stored patterns imposed on a share of the initial population."
    )
    pattern_seed_share: float = Field(
        default=0.25, ge=0, le=1, description="Share of the initial population that pattern_seeds are imposed on."
    )
    on_kill: OnKill = Field(default=OnKill.STOP, description="Whether a killed task stops or leaves the remote trial.")
    labels: dict[LabelKey, Label] = Field(default_factory=dict, max_length=32, description="Free labels, for filters.")

    @field_validator("objective_parameters")
    @classmethod
    def _bounded(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if _depth(value) > MAX_PARAMETERS_DEPTH:
            raise _rule("too_deep", "may be nested at most {limit} levels deep", limit=MAX_PARAMETERS_DEPTH)
        size = len(to_json(value))
        if size > MAX_PARAMETERS_BYTES:
            raise _rule("too_large", "may take at most {limit} bytes as JSON, and take {size}", limit=MAX_PARAMETERS_BYTES, size=size)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> TrialConfig:
        problems = list(self.dependency_problems())
        if problems:
            raise PydanticCustomError("dependencies", "{text}", {"problems": problems, "text": "; ".join(p["rule"] for p in problems)})
        return self

    def dependency_problems(self) -> list[dict[str, Any]]:
        """Every broken rule between fields, each with ``field``, ``depends_on`` (other fields it names), ``rule`` and ``suggestion``."""
        found: list[dict[str, Any]] = []

        def need(ok: bool, field: str, rule: str, suggestion: str, *depends_on: str) -> None:
            if not ok:
                found.append({"field": field, "depends_on": list(depends_on), "rule": rule, "suggestion": suggestion})

        size = self.population_size
        need(
            self.elite_size < size,
            "elite_size",
            f"elite_size ({self.elite_size}) must be below population_size ({size})",
            f"Set elite_size to {max(0, size - 1)} or less.",
            "population_size",
        )
        need(
            self.selection_method is not SelectionMethod.TOURNAMENT or self.tournament_size <= size,
            "tournament_size",
            f"tournament_size ({self.tournament_size}) must not exceed population_size ({size})",
            f"Set tournament_size to {size} or less, or use another selection_method.",
            "population_size",
            "selection_method",
        )
        need(
            self.token_budget is None or self.token_budget >= size,
            "token_budget",
            f"token_budget ({self.token_budget}) must cover the first generation ({size} evaluations)",
            f"Set token_budget to {size} or more, or leave it empty.",
            "population_size",
        )
        need(
            self.diversity_threshold == 0 or self.intervention_target >= self.diversity_threshold,
            "intervention_target",
            f"intervention_target ({self.intervention_target}) must not be below diversity_threshold ({self.diversity_threshold})",
            f"Set intervention_target to {self.diversity_threshold} or more.",
            "diversity_threshold",
        )
        need(
            self.stagnation_generations is None or self.stagnation_generations <= self.generations,
            "stagnation_generations",
            f"stagnation_generations ({self.stagnation_generations}) must not exceed generations ({self.generations})",
            f"Set stagnation_generations to {self.generations} or less, or leave it empty.",
            "generations",
        )
        return found


def config_differences(stored: TrialConfig, asked: TrialConfig) -> dict[str, tuple[Any, Any]]:
    """Fields in which two configurations differ, as ``{field: (stored, asked)}`` in JSON form."""
    left, right = stored.model_dump(mode="json"), asked.model_dump(mode="json")
    return {key: (left[key], right[key]) for key in left if left[key] != right[key]}
