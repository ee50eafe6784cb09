"""What a person sees while a demo runs: a live picture on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text
from typing_extensions import Self

from dean_provider.contract.trial import Direction, Generation, Trial
from dean_provider.local.sparkline import sparkline
from dean_provider.local.trial_run import Progress

__all__ = ["View", "view_on"]

_MARKS = {
    "success": ("✓", "green"),
    "running": ("●", "cyan"),
    "deferred": ("◌", "cyan"),
    "failed": ("✗", "red"),
    "upstream_failed": ("✗", "red"),
    "skipped": ("-", "dim"),
    "up_for_retry": ("↻", "yellow"),
}
_CURVE_WIDTH = 61


class Curve:
    """What is shown of a trial: the objective's metric instead of fitness, and how long it will take."""

    def __init__(self) -> None:
        self.trial: Trial | None = None
        self.generations: list[Generation] = []

    def add(self, progress: Progress) -> None:
        """Take in what is new."""
        self.trial = progress.trial or self.trial
        self.generations += progress.generations

    def metric(self, fitness: float) -> str:
        """``fitness`` as the objective's metric, with its unit."""
        objective = self.trial.objective if self.trial else None
        value = -fitness if objective and objective.direction is Direction.MINIMIZE else fitness
        return f"{value:.2f} {objective.unit if objective else ''}".rstrip()

    @property
    def caption(self) -> str:
        """What the curve shows."""
        objective = self.trial.objective if self.trial else None
        return f"{objective.metric} on the training instances, generation by generation" if objective else ""

    @property
    def last(self) -> Generation:
        """The newest generation."""
        return self.generations[-1]

    @property
    def total(self) -> int:
        """Generations asked for."""
        return self.trial.generations if self.trial else 0

    def seconds_left(self) -> float | None:
        """By the pace so far; ``None`` before there is one."""
        if len(self.generations) < 2 or not self.total:
            return None
        return self.last.elapsed_seconds / len(self.generations) * (self.total - self.last.generation)

    def sparkline(self) -> str:
        """The metric of the best over the generations."""
        minimised = self.trial is not None and self.trial.objective is not None and self.trial.objective.direction is Direction.MINIMIZE
        values = [-each.best_fitness if minimised else each.best_fitness for each in self.generations]
        return sparkline(values, _CURVE_WIDTH)


class View(ABC):
    """Told what happens; a context manager, so that the terminal is always given back."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Something begins."""

    @abstractmethod
    def show(self, progress: Progress) -> None:
        """The trial has moved."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None


class PlainView(View):
    """One line for each thing that begins or ends, and for generations at most one a second."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._console = console
        self._clock = clock
        self._began = clock()
        self._line_at = float("-inf")
        self._curve = Curve()
        self._tasks: dict[str, str | None] = {}

    def say(self, text: str) -> None:
        self._print(text)

    def show(self, progress: Progress) -> None:
        for task, state in progress.tasks.items():
            if state in _MARKS and state != self._tasks.get(task) and state != "running":
                self._print(f"{task}: {state}")
        self._tasks = dict(progress.tasks)
        self._curve.add(progress)
        curve = self._curve
        if progress.generations and (self._clock() - self._line_at >= 1 or curve.last.generation == curve.total):
            self._line_at = self._clock()
            self._print(_line(curve))

    def _print(self, text: str) -> None:
        self._console.print(f"{self._clock() - self._began:6.1f} s  {text}", soft_wrap=True, highlight=False, markup=False)


def _line(curve: Curve) -> str:
    last, left = curve.last, curve.seconds_left()
    return (
        f"generation {last.generation}/{curve.total}  best {curve.metric(last.best_fitness)}  mean {curve.metric(last.mean_fitness)}  "
        f"diversity {last.diversity:.2f}  tokens {last.tokens_used}" + (f"  {left:.0f} s left" if left is not None else "")
    )


class LiveView(View):
    """A picture that changes in place; its last state stays on the screen."""

    def __init__(self, console: Console, clock: Callable[[], float], title: str = "") -> None:
        self._console = console
        self._clock = clock
        self._title = title
        self._steps: list[_Step] = []
        self._curve = Curve()
        self._progress = Progress()
        self._live = Live(console=console, get_renderable=self._picture, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end_step(failed=error is not None)
        self._live.stop()

    def say(self, text: str) -> None:
        self._end_step()
        self._steps.append(_Step(text, self._clock()))

    def show(self, progress: Progress) -> None:
        self._progress = progress
        self._curve.add(progress)

    def _end_step(self, *, failed: bool = False) -> None:
        if self._steps and self._steps[-1].ended is None:
            self._steps[-1].ended = self._clock()
            self._steps[-1].failed = failed

    def _picture(self) -> RenderableType:
        parts: list[RenderableType] = [Text(self._title, style="bold")] if self._title else []
        steps = Table.grid(padding=(0, 1))
        for step in self._steps:
            seconds = (step.ended if step.ended is not None else self._clock()) - step.began
            steps.add_row(step.mark(), step.text, Text(f"{seconds:.0f} s", style="dim"))
        parts.append(Padding(steps, (1, 0, 0, 1)))
        if self._progress.tasks:
            parts.append(Padding(_tasks(self._progress), (1, 2, 0, 1)))
        if self._curve.generations:
            parts.append(Padding(_evolution(self._curve), (1, 2, 0, 1)))
        return Padding(Group(*parts), (0, 1, 1, 1))


@dataclass
class _Step:
    """Something a live view was told of."""

    text: str
    began: float
    ended: float | None = None
    failed: bool = False
    spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))

    def mark(self) -> RenderableType:
        if self.ended is None:
            return self.spinner
        mark, style = _MARKS["failed" if self.failed else "success"]
        return Text(mark, style=style)


def _tasks(progress: Progress) -> RenderableType:
    shown = []
    for task, state in progress.tasks.items():
        mark, style = _MARKS.get(state or "", ("·", "dim"))
        tries = f" (try {progress.tries[task]})" if task in progress.tries else ""
        shown.append(Text.assemble((f"{mark} ", style), (f"{task}{tries}", "bold" if state in ("running", "deferred") else "dim")))
    return Columns(shown, padding=(0, 3))


def _evolution(curve: Curve) -> RenderableType:
    last, left = curve.last, curve.seconds_left()
    figures = Table.grid(padding=(0, 3))
    figures.add_row(*(Text(name, style="dim") for name in ("generation", "best", "mean", "diversity", "tokens", "time left")))
    figures.add_row(
        f"{last.generation} of {curve.total}",
        Text(curve.metric(last.best_fitness), style="bold green"),
        curve.metric(last.mean_fitness),
        f"{last.diversity:.2f}",
        f"{last.tokens_used:,}".replace(",", " "),
        "" if left is None or last.generation >= curve.total else f"{left:.0f} s",
    )
    lines = Table.grid()
    lines.add_row(Text(curve.caption, style="dim"))
    lines.add_row(Text(curve.sparkline(), style="green"))
    lines.add_row(ProgressBar(total=max(curve.total, 1), completed=last.generation, width=_CURVE_WIDTH))
    return Group(lines, figures)


def view_on(console: Console, clock: Callable[[], float] = time.monotonic, *, title: str = "") -> View:
    """The view that suits ``console``."""
    return LiveView(console, clock, title) if console.is_terminal else PlainView(console, clock)
