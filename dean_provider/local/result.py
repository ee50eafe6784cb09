"""What a demo ends with, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, JsonValue

from dean_provider.contract.trial import Trial, Verification
from dean_provider.errors import TrialFailedError

__all__ = ["RESULT_FILE", "BestAgent", "DemoResult", "Excess", "Record", "Seconds"]

RESULT_FILE = "result.json"
"""In the home of a demo, once it has a result."""


class Excess(BaseModel):
    """Mean excess over the L1 bound in percent, by instance set."""

    train: float
    validation: float
    test: float


class Baselines(BaseModel):
    """The same of well-known policies, on the test set."""

    first_fit: float
    best_fit: float


class BestAgent(BaseModel):
    """``traits`` is the score table: a list indexed by the space that would remain, from 0 to the capacity.

    An empty bin is always a candidate, scored at capacity - item; ties go to the fuller bin.
    """

    id: str
    traits: list[float]


class Seconds(BaseModel):
    total_without_install: float
    evolution: float


class Record(BaseModel):
    """Where everything that happened is recorded. ``head`` is the end of it as ``dean audit verify --head`` takes it."""

    workflow_id: str
    head: str


class DemoResult(BaseModel):
    trial_id: str
    dag_run_id: str
    status: str
    termination_reason: str | None
    generations: int
    population_size: int
    seed: int
    digest: str
    excess: Excess
    baselines: Baselines
    best_agent: BestAgent
    tokens_used: int
    seconds: Seconds
    report: str
    record: Record | None = None

    @classmethod
    def of(
        cls, trial: Trial, verification: Verification, *, dag_run_id: str, report: Path, total_seconds: float, record: Record | None = None
    ) -> DemoResult:
        """Put together from what the Evolution API says.

        :raises TrialFailedError: when the trial has no verified outcome.
        """
        config = trial.config
        if config is None or trial.digest is None or config.seed is None or not verification.exact:
            raise TrialFailedError(f"Trial {trial.trial_id} has no verified outcome.", details={"trial_id": trial.trial_id})
        baselines = {name: scores.test for name, scores in verification.baselines.items()}
        return cls(
            trial_id=trial.trial_id,
            dag_run_id=dag_run_id,
            status=trial.status.value,
            termination_reason=trial.termination_reason.value if trial.termination_reason else None,
            generations=trial.current_generation,
            population_size=config.population_size,
            seed=config.seed,
            digest=trial.digest,
            excess=Excess.model_validate(verification.scores.model_dump()),
            baselines=Baselines.model_validate(baselines),
            best_agent=BestAgent(id=verification.agent_id, traits=_table(verification.traits)),
            tokens_used=trial.tokens_used,
            seconds=Seconds(total_without_install=round(total_seconds, 2), evolution=round(trial.elapsed_seconds, 2)),
            report=str(report),
            record=record,
        )

    def to_json(self) -> dict[str, Any]:
        """The documented object."""
        return self.model_dump(mode="json")

    def write(self, path: Path) -> None:
        """Write the documented object to ``path``."""
        path.write_text(json.dumps(self.to_json(), indent=2) + "\n")


def _table(traits: dict[str, JsonValue]) -> list[float]:
    (table,) = traits.values()
    if not isinstance(table, list):
        raise TrialFailedError("The outcome is not a score table.", details={"traits": sorted(traits)})
    return [float(str(score)) for score in table]
