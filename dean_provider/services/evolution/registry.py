"""The pattern registry: what was found, where, and what it was measured to be worth."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dean_provider.contract.pattern import (
    Effectiveness,
    ListPatterns,
    Pattern,
    PatternPage,
    PatternRef,
    PatternStatus,
    QuarantinePattern,
    StorePattern,
)
from dean_provider.errors import ConflictError, InvalidConfigurationError, NotFoundError
from dean_provider.services.evolution.lookup import find_trial
from dean_provider.services.evolution.shown import shown_pattern
from dean_provider.services.evolution.tables import PatternRow
from dean_provider.services.store import Database, read_cursor, write_cursor

__all__ = ["PatternRegistry", "pattern_row", "verdict"]

_JUDGED = {"status", "effectiveness", "quarantine"}


def pattern_row(session: Session, pattern_id: str) -> PatternRow:
    """The stored pattern.

    :raises NotFoundError: when there is none.
    """
    row = session.scalar(select(PatternRow).where(PatternRow.pattern_id == pattern_id))
    if row is None:
        raise NotFoundError(f"There is no pattern {pattern_id!r}.", details={"pattern_id": pattern_id})
    return row


def verdict(row: PatternRow) -> PatternStatus:
    """What holds of a pattern: its quarantine, else its measurement."""
    if row.quarantine is not None:
        return PatternStatus.QUARANTINED
    if row.effectiveness is None:
        return PatternStatus.DISCOVERED
    return PatternStatus.ACCEPTED if Effectiveness.model_validate(row.effectiveness).low > 0 else PatternStatus.REFUSED


def _require_storable(pattern: Pattern) -> None:
    problems: list[dict[str, str | None]] = []
    try:
        PatternRef(pattern_id=pattern.pattern_id)
    except ValueError:
        problems.append(
            {"field": "pattern.pattern_id", "value": pattern.pattern_id, "rule": "letters, digits, . _ : - and at most 64 of them"}
        )
    if pattern.body is None:
        problems.append({"field": "pattern.body", "value": None, "rule": "must be given"})
    if problems:
        raise InvalidConfigurationError("The pattern cannot be stored.", details={"problems": problems})


class PatternRegistry:
    """Answers the registry operations. What was decided about a pattern is decided here, so what a caller claims of that is left out."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def store(self, request: StorePattern) -> Pattern:
        """Put a pattern into the registry; the same id and body twice is one pattern."""
        pattern = request.pattern
        _require_storable(pattern)
        try:
            with self.database.write() as session:
                found = session.scalar(select(PatternRow).where(PatternRow.pattern_id == pattern.pattern_id))
                if found is None:
                    found = self._row(session, pattern)
                    session.add(found)
        except IntegrityError:  # stored twice at once
            with self.database.read() as session:
                found = pattern_row(session, pattern.pattern_id)
        stored = shown_pattern(found)
        if stored.body != pattern.body:
            raise ConflictError(
                f"Pattern {pattern.pattern_id!r} exists with another body.",
                details={"pattern_id": pattern.pattern_id},
                suggestions=["Store it under another id."],
            )
        return stored

    @staticmethod
    def _row(session: Session, pattern: Pattern) -> PatternRow:
        trial = find_trial(session, pattern.trial_id) if pattern.trial_id else None
        objective = pattern.objective or (trial.objective if trial else None)
        content = pattern.model_copy(update={"objective": objective}).model_dump(mode="json", exclude=_JUDGED)
        return PatternRow(
            pattern_id=pattern.pattern_id,
            content=content,
            trial_id=pattern.trial_id,
            objective=objective,
            status=PatternStatus.DISCOVERED.value,
            effectiveness=None,
        )

    def read(self, request: PatternRef) -> Pattern:
        """One stored pattern."""
        with self.database.read() as session:
            return shown_pattern(pattern_row(session, request.pattern_id))

    def quarantine(self, request: QuarantinePattern) -> Pattern:
        """Keep a pattern from being applied, or let it out again."""
        with self.database.write() as session:
            row = pattern_row(session, request.pattern_id)
            row.quarantine = (request.reason or row.quarantine or "") if request.quarantined else None
            row.status = verdict(row).value
            return shown_pattern(row)

    def list(self, request: ListPatterns) -> PatternPage:
        """Stored patterns, newest first."""
        cursor = read_cursor(request.cursor)
        query = select(PatternRow).order_by(PatternRow.number.desc()).limit(request.limit + 1)
        if cursor:
            query = query.where(PatternRow.number < cursor[0])
        if request.trial_id is not None:
            query = query.where(PatternRow.trial_id == request.trial_id)
        if request.objective is not None:
            query = query.where(PatternRow.objective == request.objective)
        if request.status is not None:
            query = query.where(PatternRow.status == request.status.value)
        with self.database.read() as session:
            rows = session.scalars(query).all()
        more = write_cursor(rows[request.limit - 1].number) if len(rows) > request.limit else None
        return PatternPage(patterns=[shown_pattern(row) for row in rows[: request.limit]], next_cursor=more)
