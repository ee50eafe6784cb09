"""The last thing a demo shows: what came of it, where the report is, what to try next."""

from __future__ import annotations

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dean_provider.local.calling import command, in_checkout
from dean_provider.local.result import DemoResult

__all__ = ["show_result"]

_BAR_WIDTH = 30


def show_result(console: Console, result: DemoResult, *, instances: int, home: Path) -> None:
    """Print it.

    :param instances: how many test instances there were.
    :param home: of the demo, where its database and its settings stay.
    """
    console.print(_table(result, instances))
    _facts(console, result, home)
    _next(console)


def _table(result: DemoResult, instances: int) -> Table:
    first, best, evolved = result.baselines.first_fit, result.baselines.best_fit, result.excess.test
    worst = max(first, best, evolved)
    table = Table(
        box=box.SIMPLE_HEAD, title=f"Online bin packing on {instances} instances nobody had seen", title_justify="left", title_style="bold"
    )
    table.add_column("policy")
    table.add_column("excess over the L1 bound", justify="right")
    table.add_column("")
    for name, value, style in (("first fit", first, "dim"), ("best fit", best, "dim"), ("evolved", evolved, "bold green")):
        length = round(value / worst * _BAR_WIDTH) if worst > 0 else 0
        table.add_row(Text(name, style=style), Text(f"{value:.2f} %", style=style), Text("━" * length, style=style))
    return table


def _facts(console: Console, result: DemoResult, home: Path) -> None:
    best, evolved = result.baselines.best_fit, result.excess.test
    if best > 0 and evolved < best:
        console.print(
            f"  The evolved policy wastes {100 * (best - evolved) / best:.0f} % less than best fit.\n", style="bold", highlight=False
        )
    report = Path(result.report)
    facts = Table.grid(padding=(0, 2))
    facts.add_row("  report", Text(_short(report), style=f"cyan link {report.as_uri()}", overflow="fold"))
    facts.add_row("  trial", f"{result.trial_id}, seed {result.seed}, {result.generations} generations of {result.population_size} agents")
    facts.add_row("  digest", f"{result.digest[:16]}…, the same for this seed and configuration, wherever it runs")
    if result.record is not None:
        events = result.record.head.partition(":")[0]
        facts.add_row("  record", f"{events} events in Airflow's database; to check that nobody changed them:")
        facts.add_row("", f". {_short(home / 'environment')}; airflow dean audit verify --workflow {result.record.workflow_id}")
    seconds = result.seconds
    facts.add_row("  time", f"{seconds.total_without_install:.0f} s in all, {seconds.evolution:.1f} s of it evolution")
    console.print(facts, highlight=False)


def _next(console: Console) -> None:
    steps = Table.grid(padding=(0, 2))
    steps.add_row(f"  {command('up')}", "the same, to stay: with Airflow's UI, its form, and your own runs")
    steps.add_row(f"  {command('demo', '--seed 7 --generations 300')}", "another seed, a longer search")
    if in_checkout():
        steps.add_row("  docs/tutorial/first-trial.md", "what happened here, step by step")
    console.print("\n  Try next", style="bold")
    console.print(steps, highlight=False)


def _short(path: Path) -> str:
    """Relative to where the person is, if it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
