from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest
from rich.console import Console

from dean_provider.contract.trial import Direction, Generation, Objective, Trial, TrialStatus
from dean_provider.local.trial_run import Progress
from dean_provider.local.view import LiveView, PlainView, view_on

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
OBJECTIVE = Objective(name="bin_packing", description="", metric="excess", unit="%", direction=Direction.MINIMIZE, parameters_schema={})


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def trial(status: TrialStatus = TrialStatus.RUNNING) -> Trial:
    return Trial(trial_id="t", status=status, generations=60, objective=OBJECTIVE)


def generation(number: int, best: float = -5.0) -> Generation:
    return Generation(
        generation=number,
        best_fitness=best,
        mean_fitness=best - 1,
        worst_fitness=best - 2,
        diversity=0.25,
        best_agent_id="a",
        evaluations=60,
        tokens_used=60 * (number + 1),
        completed_at=NOW,
        elapsed_seconds=0.5 * (number + 1),
    )


def plain(clock: Clock) -> tuple[PlainView, io.StringIO]:
    out = io.StringIO()
    return PlainView(Console(file=out, width=40), clock), out


def test_a_generations_line_has_everything_and_the_objectives_metric_not_fitness(clock: Clock):
    view, out = plain(clock)
    view.show(Progress(trial=trial(), generations=[generation(0), generation(1), generation(2, -4.321)]))
    (line,) = out.getvalue().splitlines()
    assert line.endswith("generation 2/60  best 4.32 %  mean 5.32 %  diversity 0.25  tokens 180  29 s left")


def test_plain_lines_are_at_most_one_a_second_and_the_last_is_never_left_out(clock: Clock):
    view, out = plain(clock)
    for number in range(61):
        view.show(Progress(trial=trial(), generations=[generation(number)]))
        clock.now += 0.1
    lines = out.getvalue().splitlines()
    assert 6 <= len(lines) <= 8
    assert "generation 60/60" in lines[-1]
    assert not [line for line in lines if "\x1b" in line]


def test_plain_lines_tell_each_change_of_a_task_once(clock: Clock):
    view, out = plain(clock)
    for state in (None, "running", "running", "up_for_retry", "running", "success", "success"):
        view.show(Progress(tasks={"validate_trial": state}))
    assert [line.split("s  ")[1] for line in out.getvalue().splitlines()] == ["validate_trial: up_for_retry", "validate_trial: success"]


def test_the_live_picture_shows_tasks_and_figures_and_gives_the_terminal_back(clock: Clock):
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120)
    with LiveView(console, clock) as view:
        view.say("running dean_evolution_trial")
        view.show(Progress(tasks={"validate_trial": "success", "await_evolution": "deferred"}, trial=trial(), generations=[generation(0)]))
        view.show(Progress(tasks={"validate_trial": "success", "await_evolution": "deferred"}, generations=[generation(1, -4.0)]))
        console.print(view._picture())
    shown = out.getvalue()
    for text in ("validate_trial", "await_evolution", "1 of 60", "4.00 %", "0.25", "time left"):
        assert text in shown
    assert "\x1b[?25h" in shown, "the cursor stays hidden"


def test_a_picture_can_be_drawn_at_every_stage(clock: Clock):
    view = LiveView(Console(file=io.StringIO(), force_terminal=True, width=60), clock)
    stages = [Progress(), Progress(tasks={"a": None}), Progress(trial=trial()), Progress(generations=[generation(0)])]
    for progress in stages:
        view.show(progress)
        Console(file=io.StringIO(), width=60).print(view._picture())


def test_the_view_suits_the_console():
    assert isinstance(view_on(Console(file=io.StringIO(), force_terminal=True)), LiveView)
    assert isinstance(view_on(Console(file=io.StringIO(), force_terminal=False)), PlainView)
