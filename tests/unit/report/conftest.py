"""A small but complete trial, and ways to vary it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.pattern import AppliedPatterns, Effectiveness, Pattern, PatternBody, Support, TraitRange
from dean_provider.contract.population import Agent, Lineage
from dean_provider.contract.trial import Generation, Intervention, Objective, Scores, Trial, Verification
from dean_provider.report import ReportData

START = datetime(2026, 11, 22, 16, 41, 3, tzinfo=timezone.utc)


def build_generation(number: int, **changes: Any) -> Generation:
    fields = {
        "generation": number,
        "best_fitness": -6.0 + 0.05 * number,
        "mean_fitness": -9.0 + 0.08 * number,
        "worst_fitness": -11.0 + 0.05 * number,
        "diversity": max(0.04, 0.9 - 0.03 * number),
        "best_agent_id": f"population:{number}:0",
        "evaluations": 60,
        "tokens_used": 60 * (number + 1),
        "intervention": Intervention(diversity_before=0.03, diversity_after=0.1, agents_mutated=12) if number == 15 else None,
        "retries": 1 if number == 7 else 0,
        "digest": f"{number:064x}",
        "completed_at": START + timedelta(seconds=number),
        "elapsed_seconds": float(number),
    }
    return Generation.model_validate(fields | changes)


def build_pattern(number: int, mean: float = 0.4, **changes: Any) -> Pattern:
    fields = {
        "pattern_id": f"pattern-{number}",
        "description": f"scores[{number}] at most 0.2",
        "body": PatternBody(ranges=(TraitRange(trait="scores", index=number, high=0.2),)),
        "support": Support(elite_matching=14, elite_size=15, population_matching=30, population_size=60, p_value=0.0001, q_value=0.004),
        "effectiveness": Effectiveness(mean=mean, low=mean - 0.1, high=mean + 0.1, agents=60, tokens_used=120),
        "status": "accepted" if mean > 0.1 else "refused",
    }
    return Pattern.model_validate(fields | changes)


def build_lineage(generations: int) -> Lineage:
    """Each generation's first agent is a child of the first two before; every third is an unchanged copy."""
    agents = [
        Agent(
            agent_id=f"population:{number}:{position}",
            generation=number,
            position=position,
            genome=[],
            fitness=-6.0 + 0.05 * (number - number % 3) - position,
            variation="initial" if number == 0 else "elite" if number % 3 and not position else "crossover",
            parent_ids=[]
            if number == 0
            else [f"population:{number - 1}:0"]
            if number % 3 and not position
            else [f"population:{number - 1}:0", f"population:{number - 1}:1"],
        )
        for number in range(generations, -1, -1)
        for position in (0, 1)
    ]
    return Lineage(agent=agents[0], ancestors=agents[2:])


def build_trial(generations: int, **changes: Any) -> Trial:
    fields = {
        "trial_id": "5b1e9c40-2f6c-5d0a-9e3c-0d6a4a1f7b11",
        "population_id": "population",
        "status": "completed",
        "termination_reason": "generations",
        "config": TrialConfig(name="bin-packing", generations=generations, token_budget=6000, seed=7),
        "current_generation": generations,
        "generations": generations,
        "tokens_used": 60 * (generations + 1),
        "token_budget": 6000,
        "digest": "f4" * 32,
        "objective": Objective(
            name="bin_packing",
            description="Online bin packing.",
            metric="mean excess over the L1 bound",
            unit="%",
            direction="minimize",
            parameters_schema={},
        ),
        "started_at": START,
        "ended_at": START + timedelta(seconds=72),
        "elapsed_seconds": 72.0,
        "versions": {"dean-provider": "0.1.0"},
    }
    return Trial.model_validate(fields | changes)


def build_verification(**changes: Any) -> Verification:
    fields = {
        "trial_id": "5b1e9c40-2f6c-5d0a-9e3c-0d6a4a1f7b11",
        "agent_id": "population:20:0",
        "genome": [0.5] * 151,
        "traits": {"scores": [0.5] * 151},
        "exact": True,
        "instances": {"train": 12, "validation": 8, "test": 20},
        "scores": Scores(train=2.9, validation=3.1, test=3.2),
        "baselines": {"best_fit": Scores(train=5.2, validation=4.9, test=5.4), "first_fit": Scores(train=5.6, validation=5.3, test=5.7)},
        "verified_at": START + timedelta(seconds=75),
    }
    return Verification.model_validate(fields | changes)


def build_data(length: int = 20, **changes: Any) -> ReportData:
    fields: dict[str, Any] = {
        "trial": build_trial(length),
        "generations": [build_generation(number) for number in range(length + 1)],
        "verification": build_verification(),
        "patterns": [build_pattern(1), build_pattern(2, mean=-0.2), build_pattern(3, effectiveness=None, status="discovered")],
        "applied": AppliedPatterns(
            trial_id="t",
            pattern_ids=["pattern-1"],
            population_id="derived",
            agents=60,
            mean_fitness_before=-3.4,
            mean_fitness_after=-3.2,
            best_fitness_before=-2.9,
            best_fitness_after=-2.9,
            tokens_used=60,
        ),
        "lineage": build_lineage(length),
        "run": {"dag_id": "dean_evolution_trial", "run_id": "manual__1", "airflow_version": "3.3.2"},
        "notes": ["No pattern was discovered: the service cannot."],
    }
    return ReportData.model_validate(fields | changes)


@pytest.fixture
def make_data() -> Callable[..., ReportData]:
    """``make_data(length, **fields of ReportData)``."""
    return build_data


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    return build_trial


@pytest.fixture
def make_generation() -> Callable[..., Generation]:
    return build_generation


@pytest.fixture
def make_pattern() -> Callable[..., Pattern]:
    return build_pattern


@pytest.fixture
def make_verification() -> Callable[..., Verification]:
    return build_verification


@pytest.fixture
def make_lineage() -> Callable[[int], Lineage]:
    return build_lineage
