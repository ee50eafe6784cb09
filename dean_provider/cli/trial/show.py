"""``dean trial show``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, json_option

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.workflow import MetricsPoint, WorkflowDetail

_CURVE_POINTS = 60


@click.command()
@click.argument("trial")
@click.option("--config", "with_config", is_flag=True, help="Show its configuration too.")
@asking
@json_option
def show(gateway: Gateway, *, trial: str, with_config: bool, as_json: bool) -> None:
    """Show TRIAL: how it stands and what came of it."""
    from dean_provider.cli.naming import trial_id_of
    from dean_provider.cli.terminal import print_json, print_pairs, print_table, print_text
    from dean_provider.config.text import to_text
    from dean_provider.contract.endpoints.gateway import READ_METRICS, READ_TRIAL
    from dean_provider.contract.workflow import ReadMetrics, WorkflowRef

    detail = gateway.call(READ_TRIAL, WorkflowRef(workflow_id=trial_id_of(gateway, trial)))
    if as_json:
        print_json(detail.model_dump(mode="json"))
        return
    points = []
    if detail.generation >= 0:
        points = gateway.call(READ_METRICS, ReadMetrics(workflow_id=detail.id, points=_CURVE_POINTS)).points
    print_pairs([(name, value) for name, value in _pairs(detail, points) if value])
    if with_config:
        print_text("")
        print_table(("setting", "value"), [(name, to_text(value)) for name, value in sorted(detail.configuration.items())])


def _pairs(detail: WorkflowDetail, points: list[MetricsPoint]) -> Iterator[tuple[str, str]]:
    from dean_provider.cli.figures import budget, fitness, progress
    from dean_provider.local.sparkline import sparkline

    yield "id", str(detail.id)
    yield "name", detail.name
    yield "status", detail.status.value
    yield "error", detail.error or ""
    yield "generation", progress(detail)
    yield "best fitness", fitness(detail.best_fitness)
    yield "", sparkline([point.best_fitness for point in points], _CURVE_POINTS)
    yield "mean fitness", fitness(detail.mean_fitness)
    yield "diversity", "" if detail.diversity is None else f"{detail.diversity:.3f}"
    yield "tokens", budget(detail)
    yield "ended by", detail.termination_reason.value if detail.termination_reason else ""
    yield "digest", detail.digest or ""
    yield from _figures(detail)
    yield from _origin(detail)
    yield from _times(detail)
    yield from _happenings(detail)


def _figures(detail: WorkflowDetail) -> Iterator[tuple[str, str]]:
    from dean_provider.cli.figures import fitness

    for name, scores in ([("scores", detail.scores)] if detail.scores else []) + sorted(detail.baselines.items()):
        told = scores.model_dump(exclude_none=True)
        yield name, "  ".join(f"{key} {fitness(value) if isinstance(value, float) else value}" for key, value in told.items())
    for pattern in detail.patterns:
        effect = "" if pattern.effect is None else f", effect {pattern.effect:+.4g}"
        yield f"pattern {pattern.pattern_id}", f"{pattern.status}{effect}: {pattern.description or pattern.reason}"


def _origin(detail: WorkflowDetail) -> Iterator[tuple[str, str]]:
    yield "objective", detail.objective or ""
    yield "seed", "" if detail.seed is None else str(detail.seed)
    yield "population", " ".join(str(part) for part in (detail.population_id, detail.population_size) if part)
    yield "labels", ", ".join(f"{key}={value}" for key, value in detail.labels.items())
    yield "DAG run", f"{detail.dag_id} / {detail.run_id}" if detail.dag_id else ""
    yield "asked for by", detail.owner or ""
    yield "fork of", f"{detail.parent_id}, generation {detail.parent_generation}" if detail.parent_id else ""
    yield "forks", "\n".join(map(str, detail.forks))
    yield "replays", "\n".join(detail.replays)
    yield "report", detail.report_uri or ""


def _times(detail: WorkflowDetail) -> Iterator[tuple[str, str]]:
    from dean_provider.cli.moments import shown

    yield "asked for", shown(detail.created_at)
    yield "started", shown(detail.started_at)
    yield "ended", shown(detail.completed_at)


def _happenings(detail: WorkflowDetail) -> Iterator[tuple[str, str]]:
    yield "approval", detail.approval or ""
    yield "warnings", "\n".join(detail.warnings)
    yield "interventions", str(detail.interventions or "")
    yield "resumptions", str(detail.resumptions or "")
    yield "repairs", str(detail.repairs or "")
    yield "events", f"{detail.sequence}, chain ends in {detail.head.hash[:16]}"
