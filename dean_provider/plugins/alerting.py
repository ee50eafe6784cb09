"""Alerts in a gateway: after each round of questions the process that leads looks at the rules, and tells people what is due."""

from __future__ import annotations

import asyncio
from datetime import datetime

from structlog import get_logger

from dean_provider.errors import ServiceUnavailableError
from dean_provider.monitoring.alerts.book import RuleBook
from dean_provider.monitoring.alerts.evaluator import Evaluator
from dean_provider.monitoring.alerts.notifiers import Send, allowed_classes, maker_of
from dean_provider.monitoring.alerts.notifying import Notifying
from dean_provider.monitoring.history import History
from dean_provider.monitoring.threads import Patient
from dean_provider.plugins.api.jobs import Job
from dean_provider.plugins.api.surroundings import Surroundings
from dean_provider.state import leases

__all__ = ["Alerting", "alerting_job"]

_SECONDS = 30.0
_SETTLE_SECONDS = 10.0
_PARTING_SECONDS = 5.0
_log = get_logger(__name__)


class Alerting:
    """:param around: where the rules and the database are."""

    def __init__(self, around: Surroundings) -> None:
        sessions, monitor, also = around.room.sessions, around.monitor, around.settings.alert_notifiers

        def send(book: RuleBook, notifier: str) -> Send:
            return maker_of(book.notifiers[notifier], lambda: allowed_classes(also))

        self._evaluator = Evaluator(sessions, around.alert_rules, monitor.period_seconds)
        holder = leases.new_holder()
        self._notifying = Notifying(sessions, around.alert_rules, send, holder=holder, gone=leases.is_gone, now=monitor.now)
        self._looking, self._telling, self._settling = Patient(), Patient(), Patient()

    async def __call__(self, history: History, now: datetime) -> None:
        """One look. What is wrong with more than the database is raised, and the next round comes.

        A message that cannot be claimed keeps nobody from looking.
        """
        try:
            await self._looking.run(lambda: self._evaluator.look(history, now), _SECONDS)
            await self._telling.run(lambda: self._notifying.tell(now), _SECONDS)
        except (ServiceUnavailableError, TimeoutError) as error:  # the next round goes on from where this one was
            _log.warning("incidents and notifications wait for the database", error=str(error))

    async def settle(self) -> None:
        """Write down what became of messages when that could not be done at once, also once another process leads."""
        try:
            await self._settling.run(self._notifying.settle_rest, _SECONDS)
        except TimeoutError as error:
            _log.warning("what became of notifications waits for the database", error=str(error))

    async def end(self) -> None:
        """Let messages that are on their way arrive: nobody knows of one that is cut off whether it did."""
        await asyncio.to_thread(self._notifying.wait, _PARTING_SECONDS)


def alerting_job(around: Surroundings) -> Job:
    """Has the leader look after each of its rounds; the job settles what is left."""
    alerting = Alerting(around)
    around.monitor.then.append(alerting)
    return Job("alerting", alerting.settle, _SETTLE_SECONDS, alerting.end)
