"""How long a trial is held: whoever waits for it leaves that time out of account, in whatever process."""

from __future__ import annotations

from datetime import datetime

from dean_provider.services.evolution.tables import TrialRow

__all__ = ["begin_pause", "end_pause"]


def begin_pause(row: TrialRow, now: datetime) -> None:
    """A trial is held from now on; one that is held already is held since then."""
    row.paused_at = row.paused_at or now


def end_pause(row: TrialRow, now: datetime) -> None:
    """A trial is held no longer, because it goes on or has ended."""
    if row.paused_at is not None:
        row.paused_seconds += max(0.0, (now - row.paused_at).total_seconds())
        row.paused_at = None
