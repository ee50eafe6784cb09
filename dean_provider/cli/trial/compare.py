"""``dean trial compare``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option
from dean_provider.cli.terminal import print_json, print_table, print_text

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.steering import Comparison
    from dean_provider.contract.workflow import WorkflowDetail

_FEWEST = 2


@click.command()
@click.argument("trials", nargs=-1, required=True, metavar="TRIAL TRIAL...")
@asking
@json_option
def compare(gateway: Gateway, *, trials: Sequence[str], as_json: bool) -> None:
    """Show two or more trials side by side: in which settings they differ, and what came of each."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.contract.endpoints.gateway import COMPARE_TRIALS
    from dean_provider.contract.steering import CompareTrials

    ids = list(dict.fromkeys(trial_id_of(gateway, trial) for trial in trials))
    if len(ids) < _FEWEST:
        raise click.UsageError("It takes two different trials to compare.")
    comparison = gateway.call(COMPARE_TRIALS, CompareTrials(workflow_ids=ids))
    if as_json:
        print_json(comparison.model_dump(mode="json"))
    else:
        _print(comparison)


def _print(comparison: Comparison) -> None:
    from dean_provider.cli.figures import short
    from dean_provider.config.text import to_text

    trials = comparison.trials
    rows = [(name, *map(tell, trials)) for name, tell in _figures().items()]
    rows += [
        (f"{name} {kind}", *(_score(trial, kind, name) for trial in trials))
        for name in dict.fromkeys(("scores", *(name for trial in trials for name in trial.baselines)))
        for kind in _kinds(trials, name)
    ]
    rows = [row for row in rows if any(row[1:])]
    rows += [(f"· {difference.field}", *map(to_text, difference.values)) for difference in comparison.differences]
    print_table(("", *(f"{trial.name} {short(trial.id)}".strip() for trial in trials)), rows)
    if not comparison.differences:
        print_text("Their settings are the same.")
    print_text("Their digests are the same." if comparison.same_digest else "Their digests differ.")


def _figures() -> dict[str, Callable[[WorkflowDetail], str]]:
    from dean_provider.cli.figures import budget, fitness, progress, short

    return {
        "status": lambda trial: trial.status.value,
        "generation": progress,
        "best fitness": lambda trial: fitness(trial.best_fitness),
        "mean fitness": lambda trial: fitness(trial.mean_fitness),
        "diversity": lambda trial: "" if trial.diversity is None else f"{trial.diversity:.3f}",
        "tokens": budget,
        "ended by": lambda trial: trial.termination_reason.value if trial.termination_reason else "",
        "fork of": lambda trial: f"{short(trial.parent_id)} at {trial.parent_generation}" if trial.parent_id else "",
        "digest": lambda trial: (trial.digest or "")[:16],
    }


def _scores(trial: WorkflowDetail, name: str) -> dict[str, object]:
    scores = trial.scores if name == "scores" else trial.baselines.get(name)
    return scores.model_dump(exclude_none=True) if scores else {}


def _kinds(trials: Sequence[WorkflowDetail], name: str) -> list[str]:
    return list(dict.fromkeys(kind for trial in trials for kind in _scores(trial, name)))


def _score(trial: WorkflowDetail, kind: str, name: str) -> str:
    value = _scores(trial, name).get(kind)
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
