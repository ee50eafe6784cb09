"""What the steps of a propagation hand each other, and what they decide; no Airflow in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.pattern import Effectiveness, QuarantinePattern
from dean_provider.contract.population import PopulationRef
from dean_provider.contract.propagation import PropagationConfig
from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.errors import InvalidConfigurationError, NotFoundError
from dean_provider.handle import RecordRef

__all__ = [
    "PropagationPlan",
    "asked_for",
    "made_by",
    "misfits",
    "quarantine",
    "reason_for",
    "refused",
    "verdict",
    "withdraw",
    "worth_trying",
]

Problem = dict[str, Any]


class PropagationPlan(BaseModel):
    """A propagation that has been checked."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    config: PropagationConfig
    objective: str | None = None
    evolution_conn_id: str
    indexagent_conn_id: str
    record: RecordRef | None = None

    def to_xcom(self) -> dict[str, Any]:
        """The JSON form that travels, with the source as a trial's handle for the step that looks for patterns."""
        plan = self.model_dump(mode="json")
        connections = {"evolution_conn_id": self.evolution_conn_id, "indexagent_conn_id": self.indexagent_conn_id}
        source = {"trial_id": self.config.source_trial_id, "objective": self.objective, "record": plan["record"], **connections}
        return {**plan, "source": source}


def asked_for(params: Mapping[str, Any]) -> PropagationConfig:
    """The settings in ``params``.

    :raises InvalidConfigurationError: with every problem they have.
    """
    try:
        return PropagationConfig.model_validate(dict(params))
    except ValidationError as error:
        problems = [_problem(found) for found in error.errors(include_url=False)]
        raise refused(problems) from None


def _problem(found: Any) -> Problem:
    value = None if found["type"] == "missing" else found["input"]
    return {"field": ".".join(map(str, found["loc"])), "value": value, "rule": found["msg"]}


def refused(problems: Sequence[Problem]) -> InvalidConfigurationError:
    """What cannot work, every problem listed."""
    text = "; ".join(f"{problem['field']}: {problem['rule']}" for problem in problems)
    return InvalidConfigurationError(f"Patterns cannot be propagated like that: {text}.", details={"problems": list(problems)})


def misfits(source: Trial, target: Trial) -> list[Problem]:
    """Why what holds in one trial cannot be tried in the other."""
    found: list[Problem] = []
    for field, trial in (("source_trial_id", source), ("target_trial_id", target)):
        if trial.status is not TrialStatus.COMPLETED:
            rule = f"must be a completed trial; it is {trial.status.value}"
            found.append({"field": field, "value": trial.trial_id, "rule": rule, "suggestion": "Wait for it to complete."})
    before, after = (trial.config.objective if trial.config else None for trial in (source, target))
    if before != after:
        rule = f"must be a trial of the source's objective {before}; its is {after}"
        found.append({"field": "target_trial_id", "value": target.trial_id, "rule": rule, "suggestion": "Choose another target."})
    return found


def worth_trying(patterns: Iterable[Mapping[str, Any]], minimum: float) -> tuple[list[str], dict[str, str]]:
    """Patterns that are worth trying elsewhere, and why the others are not.

    :param patterns: as ``discover_patterns`` returns them.
    :param minimum: effect on fitness that the mean must exceed.
    """
    chosen: list[str] = []
    left_out: dict[str, str] = {}
    for one in patterns:
        effect = one.get("effect")
        if one["status"] != "accepted":
            left_out[one["pattern_id"]] = f"in the source it is {one['status']}"
        elif effect is None or effect[0] <= minimum:
            left_out[one["pattern_id"]] = f"its effect in the source is not above {minimum:g}"
        else:
            chosen.append(one["pattern_id"])
    return chosen, left_out


def verdict(effect: Effectiveness | None) -> str:
    """What a measured effect says of a pattern: by where its whole interval lies. Too few agents say nothing."""
    if effect is None:
        return "undecided"
    return "holds" if effect.low > 0 else "harms" if effect.high < 0 else "undecided"


def reason_for(one: Mapping[str, Any], target: str) -> str:
    """Why a pattern that was tried goes into quarantine."""
    effect = one.get("effect")
    measured = "could not be measured" if effect is None else f"was {effect[0]:+.4g} (95 % interval {effect[1]:+.4g} to {effect[2]:+.4g})"
    return f"On {100 * one['share']:.0f} % of trial {target} its effect {measured}."


def made_by(context: Any, keys: Iterable[str], task_ids: Iterable[str]) -> list[str]:
    """What the tasks have made so far, whether they came to their end or not."""
    ti: Any = context["ti"]
    found: list[str] = []
    for task_id in sorted(task_ids):
        for key in keys:
            value = ti.xcom_pull(task_ids=task_id, key=key)
            found += value if isinstance(value, list) else []
    return list(dict.fromkeys(found))


async def quarantine(api: Any, pattern_id: str, reason: str) -> None:
    """Keep a pattern from being applied; one that is gone needs none."""
    try:
        await api.acall(evolution.QUARANTINE_PATTERN, QuarantinePattern(pattern_id=pattern_id, reason=reason[:1000]))
    except NotFoundError:
        return


async def withdraw(agents: Any, population_ids: Sequence[str]) -> list[str]:
    """Release populations. Returns those there were."""
    released: list[str] = []
    for name in population_ids:
        try:
            await agents.acall(indexagent.RELEASE_POPULATION, PopulationRef(population_id=name))
        except NotFoundError:
            continue
        released.append(name)
    return released
