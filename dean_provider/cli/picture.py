"""What is shown of a trial that is followed: a picture on a terminal, a line for each change in a pipe, JSON Lines, or nothing."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING
from uuid import UUID

from typing_extensions import Self

from dean_provider.cli.figures import budget, fitness, progress, short, span
from dean_provider.cli.following import PATIENCE_SECONDS, Change, Following
from dean_provider.cli.gateway import Gateway
from dean_provider.cli.moments import shown
from dean_provider.cli.terminal import STYLES, print_line, print_note, print_text, visible
from dean_provider.contract.workflow import MetricsPoint, WorkflowDetail, WorkflowStatus
from dean_provider.errors import DeanError, NotFoundError
from dean_provider.local.sparkline import sparkline

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["JsonLines", "Nothing", "Picture", "followed", "outcome", "picture"]

_WIDTH = 60
_KEPT = 10_000


class Picture(ABC):
    """Told each change of one trial; a context manager, so that the terminal is always given back."""

    @abstractmethod
    def show(self, change: Change) -> None:
        """The trial has changed."""

    def away(self, error: DeanError | None) -> None:
        """The gateway cannot be reached, or can again."""
        print_note(_trying(error) if error else "The gateway answers again.")

    def quiet(self, trial: WorkflowDetail) -> None:
        """Nothing has been heard of a trial that has not begun."""
        run = f"Run {trial.run_id} of {trial.dag_id}" if trial.run_id else "Its run"
        print_note(
            f"Nothing has been heard of the trial for a minute. {run} may be waiting for a worker, or its tasks cannot tell what they do: "
            "`dean status` shows the services, the log of the run's first task whether it reaches the gateway (connection dean_gateway)."
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None


class Nothing(Picture):
    """For who only wants to know how it ended."""

    def show(self, change: Change) -> None:
        """Nothing."""


class JsonLines(Picture):
    """The trial as a JSON document on a line, each time it has changed."""

    def show(self, change: Change) -> None:
        print_line(change.trial.model_dump(mode="json"))


class Lines(Picture):
    """A line for each change that shows."""

    def __init__(self) -> None:
        self._before = ""

    def show(self, change: Change) -> None:
        trial = change.trial
        parts = [trial.status.value, f"generation {progress(trial)}"]
        if change.points:
            last = change.points[-1]
            parts += [f"best {fitness(last.best_fitness)}", f"mean {fitness(last.mean_fitness)}", f"diversity {last.diversity:.2f}"]
        line = "  ".join([*parts, f"tokens {trial.tokens_used}"])
        if line != self._before:
            print_text(f"{shown(trial.updated_at)}  {line}")
        self._before = line


class Live(Picture):
    """A picture that changes in place; its last state stays on the screen."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        self._points: list[MetricsPoint] = []
        self._trial: WorkflowDetail | None = None
        self._away = ""
        self._live = RichLive(console=Console(), get_renderable=self._drawn, refresh_per_second=4)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()

    def show(self, change: Change) -> None:
        self._trial = change.trial
        self._points = [*self._points, *change.points]
        if len(self._points) > _KEPT:
            self._points = [*self._points[:-1:2], self._points[-1]]

    def away(self, error: DeanError | None) -> None:
        self._away = visible(_trying(error)) if error else ""

    def _drawn(self) -> RenderableType:
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        parts: list[RenderableType] = [Text("…", style="dim")] if self._trial is None else _whole(self._trial, self._points)
        if self._away:
            parts.append(Text(self._away, style="yellow"))
        return Padding(Group(*parts), (0, 1))


def _trying(error: DeanError) -> str:
    return f"{error.message} Trying again for {PATIENCE_SECONDS / 60:.0f} minutes."


def _whole(trial: WorkflowDetail, points: list[MetricsPoint]) -> list[RenderableType]:
    from rich.text import Text

    title = Text.assemble(
        (visible(trial.name) or "trial", "bold"),
        (f"  {short(trial.id)}  ", "dim"),
        (trial.status.value, STYLES.get(trial.status.value, "")),
        (f"  {visible(trial.objective)}" if trial.objective else "", "dim"),
    )
    return [title, *(_evolution(trial, points) if points else [])]


def _evolution(trial: WorkflowDetail, points: list[MetricsPoint]) -> list[RenderableType]:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    last, total = points[-1], max(trial.generations or 0, 1)
    figures = Table.grid(padding=(0, 3))
    left = _seconds_left(trial, points)
    figures.add_row(*(Text(name, style="dim") for name in ("generation", "best", "mean", "diversity", "tokens", "time left")))
    figures.add_row(
        progress(trial),
        Text(fitness(last.best_fitness), style="bold green"),
        fitness(last.mean_fitness),
        f"{last.diversity:.2f}",
        budget(trial),
        "" if left is None else span(left),
    )
    curve = Text(sparkline([point.best_fitness for point in points], _WIDTH), style="green")
    return [curve, ProgressBar(total=total, completed=min(last.generation, total), width=_WIDTH), figures]


def _seconds_left(trial: WorkflowDetail, points: list[MetricsPoint]) -> float | None:
    """By the pace between the first and the last generation seen."""
    first, last = points[0], points[-1]
    if trial.status is not WorkflowStatus.RUNNING or trial.generations is None or last.generation <= first.generation:
        return None
    pace = (last.elapsed_seconds - first.elapsed_seconds) / (last.generation - first.generation)
    return max(0.0, pace * (trial.generations - last.generation))


def picture() -> Picture:
    """What suits the terminal, or the pipe."""
    return Live() if sys.stdout.isatty() else Lines()


def followed(gateway: Gateway, workflow_id: UUID, shown_as: Picture, *, every: float) -> WorkflowDetail:
    """Follow a trial to its end and return how it ended.

    Ctrl-C ends the following, not the trial, and so does a gateway that stays away or a sign-in that ends; that is said.
    """
    again = f"`dean trial watch {workflow_id}` shows it again"
    trial: WorkflowDetail | None = None
    try:
        with shown_as:
            for change in Following(gateway, workflow_id, every=every, away=shown_as.away, quiet=shown_as.quiet).changes():
                trial = change.trial
                shown_as.show(change)
    except KeyboardInterrupt:
        print_note(f"The trial goes on. {again}, `dean trial cancel {workflow_id}` stops it.")
        raise
    except DeanError as error:
        if not isinstance(error, NotFoundError):
            print_note(f"The trial is no longer watched; it does not end with that. {again}.")
        raise
    assert trial is not None  # noqa: S101 - a trial that was followed to its end was read
    return trial


def outcome(trial: WorkflowDetail) -> str:
    """How a trial ended, in a sentence."""
    name = trial.name or short(trial.id)
    if trial.status is WorkflowStatus.COMPLETED:
        why = f" ({trial.termination_reason.value})" if trial.termination_reason else ""
        return (
            f"{name} completed{why}: best fitness {fitness(trial.best_fitness)} after generation {progress(trial)}, digest {trial.digest}."
        )
    return f"{name} {trial.status.value}{f': {trial.error}' if trial.error else ''}."
