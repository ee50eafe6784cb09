"""A trial while it runs: asked every few seconds, told only when it has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from dean_provider.cli.gateway import Gateway
from dean_provider.contract.endpoints.gateway import READ_METRICS, READ_TRIAL
from dean_provider.contract.workflow import MetricsPoint, ReadMetrics, WorkflowDetail, WorkflowRef, WorkflowStatus
from dean_provider.errors import DeanError

__all__ = ["PATIENCE_SECONDS", "Change", "Following"]

PATIENCE_SECONDS = 300.0
_POINTS = 200
_QUIET_SECONDS = 60.0
_NOT_BEGUN = (WorkflowStatus.REQUESTED, WorkflowStatus.PREPARING)


@dataclass(frozen=True)
class Change:
    """How a trial stands, and the generations completed since the change before (thinned out when there are many)."""

    trial: WorkflowDetail
    points: list[MetricsPoint]


class Following:
    """Follows one trial to its end.

    :param every: seconds between two looks.
    :param quiet: told, once, when nothing has been heard of a trial for a minute that has not begun.
    :param points: whether generations are wanted too.
    :param away: told when the gateway cannot be reached, and with ``None`` when it can again. It is asked for five minutes more.
    """

    def __init__(
        self,
        gateway: Gateway,
        workflow_id: UUID,
        *,
        every: float,
        away: Callable[[DeanError | None], None],
        quiet: Callable[[WorkflowDetail], None],
        points: bool = True,
    ) -> None:
        self._gateway = gateway
        self._workflow_id = workflow_id
        self._every = every
        self._points = points
        self._away = away
        self._quiet = quiet
        self._etag: str | None = None
        self._generation = -1
        self._sequence = -1
        self._away_since: float | None = None

    def changes(self) -> Iterator[Change]:
        """How it stands now and each time it has changed, until it has ended.

        :raises DeanError: when the gateway refuses, or stays away.
        """
        changed_at, waiting = self._gateway.clock.monotonic(), None
        while True:
            change = self._look()
            now = self._gateway.clock.monotonic()
            if change is not None:
                yield change
                if change.trial.status.ended:
                    return
                changed_at, waiting = now, change.trial if change.trial.status in _NOT_BEGUN else None
            elif waiting is not None and now - changed_at >= _QUIET_SECONDS:
                self._quiet(waiting)
                waiting = None
            self._gateway.clock.sleep(self._every)

    def _look(self) -> Change | None:
        try:
            change = self._read()
        except DeanError as error:
            self._bear(error)
            return None
        if self._away_since is not None:
            self._away_since = None
            self._away(None)
        return change

    def _read(self) -> Change | None:
        read = self._gateway.read_again(READ_TRIAL, WorkflowRef(workflow_id=self._workflow_id), self._etag)
        trial = read.answer
        if trial is None or trial.sequence == self._sequence:
            self._etag = read.etag
            return None
        points: list[MetricsPoint] = []
        if self._points and trial.generation > self._generation:
            asked = ReadMetrics(workflow_id=self._workflow_id, start=self._generation + 1, end=trial.generation, points=_POINTS)
            points = self._gateway.call(READ_METRICS, asked).points
        self._etag, self._sequence = read.etag, trial.sequence
        self._generation = max(self._generation, trial.generation)
        return Change(trial, points)

    def _bear(self, error: DeanError) -> None:
        """Go on without the gateway for a while, if waiting may help."""
        if not error.retryable:
            raise error
        now = self._gateway.clock.monotonic()
        if self._away_since is None:
            self._away_since = now
            self._away(error)
        elif now - self._away_since > PATIENCE_SECONDS:
            raise error
