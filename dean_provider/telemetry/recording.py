"""What is recorded, counted in this process once it is kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from prometheus_client import Counter, Histogram
from sqlalchemy import event
from sqlalchemy.orm import Session

from dean_provider.contract.events.envelope import ReportedFact
from dean_provider.telemetry import stats

__all__ = ["RECORDED", "count_when_kept"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_APPEND = Histogram("dean_gateway_append_seconds", "Time to record events (seconds).", buckets=_BUCKETS, registry=None)
_EVENTS = Counter("dean_gateway_events", "Events recorded.", ["event_type"], registry=None)
_EVALUATIONS = Counter("dean_evaluations", "Evaluations of candidates in recorded generations.", registry=None)
_PENDING = "dean_counted"
RECORDED = (_APPEND, _EVENTS, _EVALUATIONS)
"""Belongs to the process, not to one application: register them where they are to be told."""


def count_when_kept(session: Session, facts: Sequence[ReportedFact], start: float) -> None:
    """Count ``facts`` when the session's transaction is committed; nothing of one that is rolled back.

    :param start: when their recording began, on :func:`time.perf_counter`.
    """
    if not facts:
        return
    if not event.contains(Session, "after_commit", _kept):
        event.listen(Session, "after_commit", _kept)
        event.listen(Session, "after_rollback", _undone)
    session.info.setdefault(_PENDING, []).append((tuple(facts), start))


def _kept(session: Session) -> None:
    now = time.perf_counter()
    for facts, start in session.info.pop(_PENDING, ()):
        _APPEND.observe(now - start)
        stats.timing("dean.record.append", now - start)
        for fact in facts:
            _EVENTS.labels(fact.event_type).inc()
            stats.incr(f"dean.events.{fact.event_type}")
            _EVALUATIONS.inc(_evaluations(fact.details))


def _undone(session: Session) -> None:
    session.info.pop(_PENDING, None)


def _evaluations(details: Any) -> float:
    generation = details.get("generation") if isinstance(details, dict) else None
    told = generation.get("evaluations", 0) if isinstance(generation, dict) else 0
    return float(told) if isinstance(told, int) and told > 0 else 0.0
