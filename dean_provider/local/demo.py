"""`dean demo`: a real trial under a real Airflow, from nothing to the report."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.console import Console

from dean_provider.contract.config import TrialConfig
from dean_provider.errors import InvalidConfigurationError
from dean_provider.local.airflow_home import FILES_STAY
from dean_provider.local.closing import show_result
from dean_provider.local.ports import Ports
from dean_provider.local.result import RESULT_FILE, DemoResult
from dean_provider.local.signals import interruptible
from dean_provider.local.stack import Database, Stack
from dean_provider.local.trial_run import DAG_ID, TrialRun
from dean_provider.local.view import View, view_on

__all__ = ["SEED", "Demo", "run"]

SEED = 2026
_GRACE_SECONDS = 2.0  # nobody will want Airflow's database again


@dataclass(frozen=True)
class Demo:
    """What a demo runs and where.

    :param home: everything of it lives there; what an earlier demo left is forgotten, its reports excepted.
    """

    home: Path = Path(".dean/demo")
    db: Database = "sqlite"
    ports: Ports = field(default_factory=Ports)
    seed: int = SEED
    population_size: int = 60
    generations: int = 60

    def conf(self) -> dict[str, Any]:
        """What the DAG run is given. Checked here, so that a mistake costs no minute.

        :raises InvalidConfigurationError: when a value is out of range.
        """
        given = {
            "name": "demo",
            "objective": "bin_packing",
            "seed": self.seed,
            "population_size": self.population_size,
            "generations": self.generations,
        }
        try:
            TrialConfig.model_validate(given)
        except ValidationError as error:
            raise _unusable(error) from None
        return given


def _unusable(error: ValidationError) -> InvalidConfigurationError:
    problems = [
        {"field": ".".join(map(str, each["loc"])), "value": each["input"], "rule": each["msg"]} for each in error.errors(include_url=False)
    ]
    listed = "; ".join(f"{each['field']} {each['rule']}" for each in problems)
    return InvalidConfigurationError(f"This trial cannot run: {listed}.", details={"problems": problems})


def run(demo: Demo, *, as_json: bool = False, clock: Callable[[], float] = time.monotonic) -> DemoResult:
    """Run ``demo`` and show it; nothing of it runs any more when this returns or raises.

    :param as_json: the last thing on standard output is the result as one JSON object; everything else goes to standard error.
    :raises ConfigurationError: when a port is taken, another demo uses the home or it is no folder of ours, or a value is out of range.
    :raises DeanError: when a component dies or the trial fails.
    """
    began = clock()
    console = Console(stderr=as_json)
    conf = demo.conf()
    title = f"Evolving an online bin-packing policy: {demo.population_size} agents, {demo.generations} generations, seed {demo.seed}"
    with view_on(console, clock, title=title) as view:
        stack = Stack(
            demo.home,
            db=demo.db,
            ports=demo.ports,
            env=FILES_STAY,
            fresh=True,
            grace_seconds=_GRACE_SECONDS,
            say=view.say,
        )
        with interruptible(stack.supervisor):
            found = _trial(stack, conf, view)
    result, instances = found(clock() - began)
    result.write(stack.home / RESULT_FILE)
    show_result(console, result, instances=instances, home=stack.home)
    if as_json:
        sys.stdout.write(json.dumps(result.to_json()) + "\n")
        sys.stdout.flush()
    return result


def _trial(stack: Stack, conf: dict[str, Any], view: View) -> Callable[[float], tuple[DemoResult, int]]:
    """Run the trial; what is returned makes the result once the total time is known."""
    trial_run = TrialRun(stack, f"demo_{datetime.now(timezone.utc):%Y%m%dT%H%M%S}", conf)
    with stack:
        try:
            stack.wait_for_dag(DAG_ID)
            _follow(trial_run, view)
            trial, verification = trial_run.outcome()
            report, record = trial_run.report(), trial_run.record()
        finally:
            view.say("stopping everything")

    def result(seconds: float) -> tuple[DemoResult, int]:
        made = DemoResult.of(trial, verification, dag_run_id=trial_run.run_id, report=report, total_seconds=seconds, record=record)
        return made, verification.instances.get("test", 0)

    return result


def _follow(trial_run: TrialRun, view: View) -> None:
    view.say(f"airflow dags trigger {DAG_ID}")
    trial_run.trigger()
    view.say(f"running {DAG_ID}")
    for progress in trial_run.follow():
        view.show(progress)
    if progress.state != "success":
        raise trial_run.failure(progress)
