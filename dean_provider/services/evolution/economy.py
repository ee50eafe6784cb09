"""Tokens: what may be spent, what was promised, what was used.

Usage is a ledger written in the same transaction as whatever it pays for. A promise is what a holder was allocated, or a trial's own
token_budget, less what it has used; a trial without a budget is promised its next generation. On top comes what choosing its outcome may
take, which counts for the service and not for the trial's budget. A trial's promise ends with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from dean_provider.contract.economy import AllocateTokens, Allocation, Budget, ReadUsage, Usage, UsageWindow
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import TrialStatus
from dean_provider.errors import BudgetExhaustedError
from dean_provider.services.evolution.lookup import find_trial
from dean_provider.services.evolution.tables import AllocationRow, TrialRow, UsageRow
from dean_provider.services.store import Database, table_of

__all__ = ["Economy", "next_step", "spend"]

_ENDED = [status.value for status in TrialStatus if status.ended]
_LOCK = 0x6465616E5F746F6B  # "dean_tok"


def spend(session: Session, holder: str, kind: str, *, tokens: int, evaluations: int, at: datetime) -> None:
    """Note in the ledger what was used."""
    columns = {"holder": holder, "kind": kind, "tokens": tokens, "evaluations": evaluations, "second": int(at.timestamp())}
    session.execute(insert(table_of(UsageRow)).values(columns))


def next_step(config: dict[str, Any], description: dict[str, Any], generation: int) -> int:
    """Tokens of the generation after ``generation``, 0 when that was the last.

    :param config: the trial's, as stored.
    :param description: the objective's, as stored.
    """
    if generation >= config["generations"]:
        return 0
    kept = config["elite_size"] if generation >= 0 else 0
    return int((config["population_size"] - kept) * description.get("tokens_per_evaluation", 1))


def _used(session: Session, *holders: str) -> int:
    query = select(func.coalesce(func.sum(UsageRow.tokens), 0))
    return int(session.scalar(query.where(UsageRow.holder.in_(holders)) if holders else query) or 0)


class Economy:
    """Answers the economy operations and guards the service's limit.

    :param limit: tokens of the whole service; ``None`` without a bound.
    """

    def __init__(self, database: Database, limit: int | None, now: Callable[[], datetime]) -> None:
        self.database = database
        self.limit = limit
        self.now = now
        self._holding = threading.Lock()
        self._held: dict[object, int] = {}

    def alone(self, session: Session) -> None:
        """Let no other transaction check and promise until this one ends; on SQLite writers are alone anyway."""
        if not self.database.is_sqlite:
            session.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    def _promises(self, session: Session) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """By holder, trials that have ended left out: tokens promised in all, the next generation of trials without a budget, outcomes."""
        promised = {row.holder: row.tokens for row in session.scalars(select(AllocationRow))}
        ended = select(TrialRow.trial_id).where(TrialRow.status.in_(_ENDED), TrialRow.trial_id.in_(promised))
        for trial_id in session.scalars(ended).all() if promised else ():
            del promised[trial_id]
        columns = TrialRow.trial_id, TrialRow.config, TrialRow.description, TrialRow.current_generation
        tokens = TrialRow.outcome_tokens, TrialRow.shared_tokens
        steps: dict[str, int] = {}
        outcomes: dict[str, int] = {}
        query = select(*columns, *tokens).where(TrialRow.status.not_in(_ENDED))
        for trial_id, config, description, generation, outcome, shared in session.execute(query):
            outcomes[trial_id] = outcome
            if config["token_budget"] is None:
                steps[trial_id] = next_step(config, description, generation)
            else:
                promised.setdefault(trial_id, config["token_budget"] - shared)
        return promised, steps, outcomes

    def _reserved(self, session: Session, *, but: str | None = None) -> int:
        """Tokens promised and not used yet, to all but one holder."""
        promised, steps, outcomes = self._promises(session)
        query = select(UsageRow.holder, func.sum(UsageRow.tokens)).where(UsageRow.holder.in_(promised)).group_by(UsageRow.holder)
        used = {holder: int(tokens) for holder, tokens in session.execute(query)} if promised else {}
        left = {holder: tokens - used.get(holder, 0) for holder, tokens in promised.items()}
        holders = (left.keys() | steps.keys()) - {but}
        kept = sum(tokens for holder, tokens in outcomes.items() if holder != but)
        return sum(max(0, left.get(holder, 0), steps.get(holder, 0)) for holder in holders) + kept + sum(list(self._held.values()))

    @contextmanager
    def holding(self, holder: str, tokens: int) -> Iterator[None]:
        """Keep ``tokens`` for work on behalf of ``holder`` until the block, which spends them, ends.

        :raises BudgetExhaustedError: they are not there.
        """
        key = object()
        with self._holding, self.database.write() as session:
            self.alone(session)
            self.require(session, holder, tokens)
            self._held[key] = tokens
        try:
            yield
        finally:
            del self._held[key]

    def available_to(self, session: Session, holder: str) -> int | None:
        """What ``holder`` may still spend of the service's tokens; ``None`` without a bound."""
        if self.limit is None:
            return None
        return max(0, self.limit - _used(session) - self._reserved(session, but=holder))

    def require(self, session: Session, holder: str, tokens: int) -> None:
        """Nothing when ``holder`` may spend ``tokens``.

        :raises BudgetExhaustedError: it may not.
        """
        available = self.available_to(session, holder)
        if available is not None and tokens > available:
            raise BudgetExhaustedError(
                f"This takes {tokens} tokens and the service has {available} left for it.",
                details={"holder": holder, "tokens": tokens, "available": available, "limit": self.limit},
                suggestions=["Release allocations, wait for other trials to end, or raise DEAN_EVOLUTION_TOKEN_LIMIT."],
            )

    def budget(self, request: Empty) -> Budget:
        """Tokens of the whole service."""
        with self.database.read() as session:
            used, reserved = _used(session), self._reserved(session)
        available = None if self.limit is None else max(0, self.limit - used - reserved)
        return Budget(limit=self.limit, allocated=reserved, used=used, available=available)

    def allocate(self, request: AllocateTokens) -> Allocation:
        """Reserve tokens for a holder; asking again changes the amount."""
        with self.database.write() as session:
            self.alone(session)
            used = _used(session, request.holder)
            trial = find_trial(session, request.holder)
            more = max(0, request.tokens - used)
            self.require(session, request.holder, more + (trial.outcome_tokens if more and trial is not None else 0))
            now = self.now()
            if trial is None and request.tokens == 0:
                session.execute(delete(AllocationRow).where(AllocationRow.holder == request.holder))
            else:
                session.merge(AllocationRow(holder=request.holder, tokens=request.tokens, updated_at=now))
            return Allocation(holder=request.holder, tokens=request.tokens, used=used, updated_at=now)

    def usage(self, request: ReadUsage) -> Usage:
        """Tokens used by time window, newest first; ``tokens`` counts all windows, shown or not."""
        window = request.window_seconds
        start = (UsageRow.second - UsageRow.second % window).label("start")
        conditions: list[ColumnElement[Any]] = []
        if request.since is not None:
            conditions.append(UsageRow.second >= _second(request.since))
        if request.until is not None:
            conditions.append(UsageRow.second < _second(request.until))
        if request.trial_id is not None:
            conditions.append(UsageRow.holder == request.trial_id)
        sums = func.sum(UsageRow.tokens), func.sum(UsageRow.evaluations)
        query = select(start, *sums).where(*conditions).group_by(start).order_by(start.desc()).limit(request.limit)
        with self.database.read() as session:
            rows = session.execute(query).all()
            total = session.scalar(select(func.coalesce(sums[0], 0)).where(*conditions))
        windows = [
            UsageWindow(start=datetime.fromtimestamp(begin, timezone.utc), tokens=int(tokens), evaluations=int(evaluations))
            for begin, tokens, evaluations in rows
        ]
        return Usage(windows=windows, tokens=int(total or 0))


def _second(instant: datetime) -> int:
    return int((instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)).timestamp())
