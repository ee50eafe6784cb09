"""Follow a trial until it ends, a generation is reached, or waiting makes no more sense.

One loop for every way of waiting: in a triggerer, and in a worker that pokes.
"""

from __future__ import annotations

import asyncio
import logging
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Protocol

from dean_provider.contract.problem import to_problem
from dean_provider.contract.trial import Generation, GenerationPage, Trial, TrialStatus
from dean_provider.errors import ConfigurationError, ConnectionsExhaustedError, DeanError
from dean_provider.triggers.timing import Deadline, PausedTime, RunningTime, Timing

__all__ = ["Followable", "Outcome", "Watch", "follow", "summary"]

LOG_LINES = 200
LOGGED_INTERVENTIONS = 20
LONGEST_PAUSE = 30.0
LONGEST_WAIT = 20.0
SHORTEST_PAUSE = 0.5
BUSY_PAUSE = 1.0
FIRST_LOOK = 30.0


class Outcome(str, Enum):
    """Why following ended."""

    ENDED = "ended"
    REACHED = "reached"
    OVERDUE = "overdue"
    DEADLINE = "deadline"
    UNREACHABLE = "unreachable"


class Followable(Protocol):
    """What following needs of a service: ``EvolutionAPIHook.aprogress``."""

    async def aprogress(self, trial_id: str, start: int = 0, *, wait_seconds: float = 0, limit: int = 100) -> GenerationPage:
        """How the trial stands, and its generations from ``start`` on, waiting for the first."""


class Log(Protocol):
    """Where a person reads how the trial goes."""

    def info(self, message: str, /, *args: Any) -> None:
        """Note what happened."""

    def warning(self, message: str, /, *args: Any) -> None:
        """Note what went wrong and may mend."""


@dataclass(frozen=True)
class Watch:
    """What to follow, JSON only.

    :param start: first generation to report.
    :param until_generation: stop once this generation is committed; ``None`` waits for the end.
    :param generations: generations asked for, which sets how many of them are logged.
    :param poll_seconds: seconds between two looks; the service may hold its answer back as long.
    :param failure_tolerance: looks that may fail in a row.
    :param begun: when waiting began, seconds since the epoch.
    :param most_running_seconds: running time, pauses excluded, after which the trial counts as overdue.
    :param deadline: moment at which waiting ends, seconds since the epoch. Time in which the trial is held comes on top.
    :param paused_before: how long the service said the trial had been held when waiting began, seconds; ``None`` when it did not say.
    """

    trial_id: str
    begun: float
    start: int = 0
    until_generation: int | None = None
    generations: int = 0
    poll_seconds: float = 5.0
    failure_tolerance: int = 10
    most_running_seconds: float | None = None
    deadline: float | None = None
    paused_before: float | None = None

    def as_arguments(self) -> dict[str, Any]:
        """The JSON form a trigger carries."""
        return asdict(self)

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Watch:
        """Read the form a trigger carries."""
        return cls(**arguments)


def summary(trial: Trial) -> dict[str, Any]:
    """What a task passes on about a trial: small and JSON."""
    shown = trial.model_dump(
        mode="json",
        include={
            "trial_id", "population_id", "status", "termination_reason", "best_fitness", "best_agent_id", "diversity",
            "tokens_used", "digest", "scores", "error", "elapsed_seconds", "retries", "resumptions",
        },
    )  # fmt: skip
    return {**shown, "generation": trial.current_generation}


class _Progress:
    """Logs generations as they come: about :data:`LOG_LINES` of them however long the trial is, and the first interventions."""

    def __init__(self, watch: Watch, log: Log, paused: PausedTime) -> None:
        self._paused = paused
        self._stride = max(1, watch.generations // LOG_LINES)
        self._interventions = 0
        self._log = log
        self._status = ""

    def report(self, page: GenerationPage) -> None:
        if page.trial.status.value != self._status:
            self._stands(page.trial)
        for generation in page.generations:
            self._interventions += generation.intervention is not None
            unusual = generation.intervention is not None and self._interventions <= LOGGED_INTERVENTIONS
            if unusual or generation.generation % self._stride == 0:
                self._line(generation)

    def _stands(self, trial: Trial) -> None:
        if self._status == TrialStatus.PAUSED.value:
            self._log.info("Trial %s is held no longer; in all it was for %.0f s of this wait.", trial.trial_id, self._paused.seconds)
        self._status = trial.status.value
        held = ", and its run waits on; no deadline comes nearer until it is resumed" if trial.status is TrialStatus.PAUSED else ""
        self._log.info("Trial %s is %s at generation %d%s.", trial.trial_id, self._status, trial.current_generation, held)

    def _line(self, generation: Generation) -> None:
        self._log.info(
            "Generation %d: best %.6g, mean %.6g, diversity %.3f, tokens %d%s",
            generation.generation,
            generation.best_fitness,
            generation.mean_fitness,
            generation.diversity,
            generation.tokens_used,
            f", {generation.intervention.agents_mutated} agents mutated to restore diversity" if generation.intervention else "",
        )


def _pause_after_failure(watch: Watch, failures: int) -> float:
    """Exponential, bounded, and spread by the trial's id so that many waiting tasks do not return together."""
    spread = 0.75 + 0.5 * zlib.crc32(watch.trial_id.encode()) / 2**32
    return float(min(LONGEST_PAUSE, max(SHORTEST_PAUSE, watch.poll_seconds) * 2 ** min(failures - 1, 10)) * spread)


def _ended(outcome: Outcome, trial: Trial | None = None, error: DeanError | None = None) -> dict[str, Any]:
    return {
        "outcome": outcome.value,
        "trial": summary(trial) if trial else None,
        "error": to_problem(error).model_dump(mode="json") if error else None,
    }


def _verdict(watch: Watch, trial: Trial, running: RunningTime) -> Outcome | None:
    if watch.until_generation is not None and trial.current_generation >= watch.until_generation:
        return Outcome.REACHED
    if trial.status.ended:
        return Outcome.ENDED
    if watch.most_running_seconds is not None and running.seconds > watch.most_running_seconds:
        return Outcome.OVERDUE
    return None


async def follow(
    service: Followable,
    watch: Watch,
    *,
    timing: Timing | None = None,
    log: Log | None = None,
    observe: Callable[[GenerationPage], None] = lambda _: None,
) -> dict[str, Any]:
    """Follow ``watch`` to its end and say how it went: ``outcome``, the trial's :func:`summary`, and the last error if any.

    Failures of the service are tolerated up to ``watch.failure_tolerance`` in a row, "no such trial" among them: a service that
    restarts or moves may know nothing for a moment. A connection that cannot be used from the start is no such failure and is not
    waited for; nor is it one that this process has no connection left. Running it twice at the same time does no harm; it only reads.

    :param observe: shown every page; must not take long.
    """
    timing = timing or Timing()
    log = log or logging.getLogger(__name__)
    paused = PausedTime(watch.paused_before, timing)
    deadline, running, progress = Deadline(watch.deadline, timing, paused), RunningTime(watch.begun, timing), _Progress(watch, log, paused)
    start, failures, trial = watch.start, 0, None
    late = deadline.passed  # in another process the trial may have been held meanwhile: its service knows
    while not deadline.passed or (late and trial is None):
        looked = timing.monotonic()
        try:
            left = FIRST_LOOK if late and trial is None else deadline.remaining()
            asked = service.aprogress(watch.trial_id, start, wait_seconds=min(watch.poll_seconds, LONGEST_WAIT, left))
            page = await asyncio.wait_for(asked, None if math.isinf(left) else left)
        except asyncio.TimeoutError:
            break
        except ConnectionsExhaustedError as error:
            # Others in this process hold all connections, and give them back: no failure of the service.
            log.warning("Not looked at the trial this time: %s", error)
            pause = _pause_after_failure(watch, 1)
        except DeanError as error:
            failures += 1
            hopeless = trial is None and isinstance(error, ConfigurationError)
            if hopeless or failures > watch.failure_tolerance:
                log.warning("Giving up after %d failures in a row: %s", failures, error)
                return _ended(Outcome.UNREACHABLE, trial, error)
            log.warning("The Evolution API failed (%d in a row, %d tolerated): %s", failures, watch.failure_tolerance, error)
            pause = _pause_after_failure(watch, failures)
        else:
            failures, trial = 0, page.trial
            start = max([start, *(generation.generation + 1 for generation in page.generations)])
            running.observe(trial)
            paused.observe(trial)
            progress.report(page)
            observe(page)
            if verdict := _verdict(watch, trial, running):
                return _ended(verdict, trial)
            # A service that held its answer back has waited for us; one that cannot must not be asked without end.
            interval = min(watch.poll_seconds, BUSY_PAUSE) if page.generations else watch.poll_seconds
            pause = interval - (timing.monotonic() - looked)
        await timing.sleep(max(0.0, pause if late and trial is None else min(pause, deadline.remaining())))
    return _ended(Outcome.DEADLINE, trial)
