from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.trial import Generation, Trial, TrialStatus
from dean_provider.errors import InvalidConfigurationError
from dean_provider.local import demo
from dean_provider.local.demo import Demo
from dean_provider.local.stack import Stack
from dean_provider.local.trial_run import Progress, TrialRun

THIRD = Generation(
    generation=3,
    best_fitness=-5.0,
    mean_fitness=-6.0,
    worst_fitness=-7.0,
    diversity=0.25,
    best_agent_id="a",
    evaluations=60,
    tokens_used=240,
    completed_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
    elapsed_seconds=2.0,
)


def test_the_default_is_the_announced_trial():
    config = TrialConfig.model_validate(Demo().conf())
    assert (config.objective, config.population_size, config.generations) == ("bin_packing", 60, 60)
    assert config.seed is not None
    assert config.token_budget is config.fitness_threshold is config.stagnation_generations is None, "nothing ends it early"


def test_a_value_out_of_range_is_refused_before_anything_starts():
    with pytest.raises(InvalidConfigurationError, match="population_size"):
        Demo(population_size=1).conf()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_while_progress_is_shown_it_stops_everything(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    told: list[str] = []

    def follow(_run: TrialRun) -> Iterator[Progress]:
        trial = Trial(trial_id="t", status=TrialStatus.RUNNING, generations=60)
        yield Progress(state="running", tasks={"validate_trial": "success"}, trial=trial, generations=[THIRD])
        os.kill(os.getpid(), number)
        told.append("went on")
        yield Progress(state="success")

    for name in ("start", "wait_for_dag", "stop"):
        monkeypatch.setattr(Stack, name, lambda _stack, *_, name=name: told.append(name))
    monkeypatch.setattr(TrialRun, "trigger", lambda _run: told.append("trigger"))
    monkeypatch.setattr(TrialRun, "follow", follow)
    with pytest.raises(KeyboardInterrupt):
        demo.run(Demo(home=tmp_path), as_json=True)
    assert told == ["start", "wait_for_dag", "trigger", "stop"]
    said = capsys.readouterr()
    assert said.out == "", "a result that there is not"
    shown = [line.split(" s  ")[1].partition("  ")[0] for line in said.err.splitlines()]
    assert shown[-3:] == ["validate_trial: success", "generation 3/60", "stopping everything"]
    assert not (tmp_path / "result.json").exists()
