"""Looking at the rules after each round of questions, in the process that leads. Everything it goes on from is in the database.

While the database is away the process goes on from what it knows, and writes down what happened once the database is back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from structlog import get_logger

from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.installation import AlertRulesRead
from dean_provider.monitoring.alerts.book import RuleBook
from dean_provider.monitoring.alerts.judging import Judgement, Known, Seen, Transition, judge, labels_of
from dean_provider.monitoring.alerts.rule import OF_A_TRIAL
from dean_provider.monitoring.alerts.rules_file import RulesFile
from dean_provider.monitoring.alerts.timing import Change, Timer
from dean_provider.monitoring.history import History
from dean_provider.monitoring.threads import Patient
from dean_provider.state import alert_states
from dean_provider.state.alert_states import EVALUATOR, Begun, Ended
from dean_provider.state.record import append_system
from dean_provider.state.stream import Sessions

__all__ = ["Evaluator"]

MOST_CHANGES = 200
"""In one round; the rest follows in the next."""
_MOST_UNWRITTEN = 2000
_SECONDS = 10.0
"""That the database may take; then the look goes on without it."""
_log = get_logger(__name__)


@dataclass(frozen=True)
class _Position:
    """Where a look goes on from.

    :param checked_at: when what is in the database was written.
    :param unwritten: what happened since and could not be written down.
    """

    known: Mapping[str, Known] = field(default_factory=dict)
    seen: Mapping[str, tuple[str, datetime | None]] = field(default_factory=dict)
    checked_at: datetime | None = None
    looked_at: datetime | None = None
    unwritten: tuple[Transition, ...] = ()


class Evaluator:
    """:param sessions: of Airflow's database.
    :param file: where the rules come from.
    :param period_seconds: from one look to the next; timers that nobody watched for much longer begin anew.
    """

    def __init__(self, sessions: Sessions, file: RulesFile, period_seconds: float) -> None:
        self._sessions = sessions
        self._file = file
        self._gap = timedelta(seconds=max(60.0, 6 * period_seconds))
        self._last: _Position | None = None
        self._told_digest = ""
        self._patient = Patient()
        self._trying: tuple[datetime, int] | None = None

    def look(self, figures: History, now: datetime) -> None:
        """One look at every rule. Blocks.

        :raises Exception: the database's, when nothing is known from before.
        """
        book = self._file.book()
        before = self._fresh(self._position(), now)
        judged = judge(book.enabled, figures, now, before.known)
        transitions = [*before.unwritten, *judged.transitions]
        states = {name: _since(one, before.seen.get(name), now) for name, one in judged.seen.items()}
        after = _Position(judged.known, states, before.checked_at, now, tuple(transitions[-_MOST_UNWRITTEN:]))
        try:
            self._patient.wait(lambda: self._write(book, judged, after, now), _SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever the database does, the next look goes on from here
            _log.warning("incidents cannot be written down now", error=type(error).__name__, waiting=len(after.unwritten))
            self._last = after
            return
        left = after.unwritten[MOST_CHANGES:]
        self._last = replace(after, checked_at=now, unwritten=left)

    def _position(self) -> _Position:
        """What the database says, unless this process knows more."""
        mine = self._last
        try:
            stored = self._patient.wait(self._stored, _SECONDS)
        except Exception:
            if mine is None:
                raise
            return mine
        if mine is None or not mine.unwritten:
            return stored
        if stored.checked_at == mine.checked_at:
            return mine
        at, count = self._trying or (None, 0)
        if stored.checked_at == at:  # what was no longer waited for has been written after all
            return replace(mine, checked_at=at, unwritten=mine.unwritten[count:])
        return stored

    def _stored(self) -> _Position:
        with self._sessions() as session:
            rows = alert_states.rule_states(session)
            opened = alert_states.open_rows(session)
        by = {rule.name: rule.by for rule in self._file.book().enabled}
        known = {name: one for row in rows for name, one in _timers(row["timers"]).items()}
        for row in opened:
            labels, name = row["labels"], row["fingerprint"]
            group = tuple((label, labels.get(label, "")) for label in by.get(row["rule"], ()))
            known[name] = Known(group, known[name].timer if name in known else Timer(), firing=True)
        known = {name: one if one.firing else replace(one, timer=Timer(over=one.timer.over)) for name, one in known.items()}
        checked_at = max((row["checked_at"] for row in rows), default=None)
        return _Position(known, {row["name"]: (row["state"], row["since"]) for row in rows}, checked_at, checked_at)

    def _fresh(self, before: _Position, now: datetime) -> _Position:
        """What was not looked at for long need not have been so meanwhile."""
        if before.looked_at is not None and now - before.looked_at <= self._gap:
            return before
        return replace(before, known={name: replace(one, timer=Timer()) for name, one in before.known.items() if one.firing})

    def _write(self, book: RuleBook, judged: Judgement, after: _Position, now: datetime) -> None:
        self._trying = now, min(MOST_CHANGES, len(after.unwritten))
        with self._sessions() as session:
            self._tell_file(session, book)
            changes = [_change(one) for one in after.unwritten[:MOST_CHANGES]]
            written = alert_states.record_changes(session, changes, now=now)
            alert_states.save_rule_states(session, _rows(book, judged, after.seen, now))
        self._told_digest = self._file.digest
        if written:
            _log.info("incidents began or ended", count=written)

    def _tell_file(self, session: Any, book: RuleBook) -> None:
        """Record that the file was read, once for each content."""
        if self._file.digest and self._file.digest != self._told_digest:
            problems = [one[:2000] for one in self._file.problems[:100]]
            fact = AlertRulesRead(digest=self._file.digest, rules=len(book.enabled), problems=problems)
            append_system(session, [ReportedFact.of(fact)], actor=EVALUATOR)


def _since(seen: Seen, before: tuple[str, datetime | None] | None, now: datetime) -> tuple[str, datetime | None]:
    return before if before is not None and before[0] == seen.state else (seen.state, now)


def _rows(book: RuleBook, judged: Judgement, since: Mapping[str, tuple[str, datetime | None]], now: datetime) -> list[dict[str, Any]]:
    timers: dict[str, dict[str, Any]] = {rule.name: {} for rule in book.enabled}
    for name, one in judged.known.items():
        if not one.timer.idle:
            timers[name.rpartition(".")[0]][name] = {
                "group": [list(pair) for pair in one.group],
                "over": one.timer.over,
                "back": one.timer.back,
            }
    return [
        {"name": name, "state": one.state, "value": one.value, "since": since[name][1], "timers": timers[name], "checked_at": now}
        for name, one in judged.seen.items()
    ]


def _timers(stored: Mapping[str, Any]) -> dict[str, Known]:
    return {
        name: Known(tuple((label, value) for label, value in one["group"]), Timer(one["over"], one["back"])) for name, one in stored.items()
    }


def _change(one: Transition) -> Begun | Ended:
    if one.change is Change.RESOLVED or one.rule is None:
        return Ended(one.fingerprint, one.at, one.value)
    labels = labels_of(one.rule, one.group)
    about = dict(one.group)
    workflow_id, dag_id = (about.get(name) for name in OF_A_TRIAL)
    told = {
        "rule": one.rule.name,
        "severity": one.rule.severity.value,
        "message": one.rule.says(dict(one.group), one.value)[:2000],
        "value": one.value,
        "threshold": one.rule.threshold,
        "unit": one.rule.unit,
        "labels": labels,
        "trial": _uuid(workflow_id),
        "dag_id": dag_id[:250] if dag_id is not None else None,
    }
    return Begun(one.fingerprint, one.at, told)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
