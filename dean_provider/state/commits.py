"""Who wants to know at once that this process has recorded something: told after the commit, never of what was rolled back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

__all__ = ["Told", "note", "tell"]

Told = Callable[[], None]
_KEY = "dean_recorded"
_listening: list[Told] = []


def note(session: Session, workflow_id: UUID) -> None:
    """Say that ``session`` is about to record events of an execution."""
    if _listening:
        session.info.setdefault(_KEY, set()).add(workflow_id)


def tell(told: Told) -> Callable[[], None]:
    """Call ``told`` after each commit that recorded something, in the thread that committed; it must be quick and not raise.

    :returns: ends it.
    """
    if not event.contains(Session, "after_commit", _committed):
        event.listen(Session, "after_commit", _committed)
        event.listen(Session, "after_rollback", _rolled_back)
    _listening.append(told)

    def end() -> None:
        _listening.remove(told)

    return end


def _committed(session: Session) -> None:
    if session.info.pop(_KEY, None):
        for told in tuple(_listening):
            told()


def _rolled_back(session: Session) -> None:
    session.info.pop(_KEY, None)
