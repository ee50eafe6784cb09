"""Who asks: one process of all, by a short lease in the database, so that another takes over within seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dean_provider.monitoring.record import Sessions
from dean_provider.state import leases

__all__ = ["LEASE_SECONDS", "RENEW_SECONDS", "Leadership"]

LEASE = "monitoring"
LEASE_SECONDS = 6.0
RENEW_SECONDS = 1.5


class Leadership:
    """:param holder: this process among all."""

    def __init__(
        self,
        sessions: Sessions,
        holder: str,
        now: Callable[[], datetime],
        hold: Callable[..., bool] = leases.hold,
        seconds: float = LEASE_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._holder = holder
        self._now = now
        self._hold = hold
        self._seconds = seconds
        self._until: datetime | None = None
        self._alone_since: datetime | None = None

    @property
    def leads(self) -> bool:
        """Whether this process is the one now. When nobody can be asked any more, the last one goes on: it is known to be alive."""
        return self._until is not None and (self._alone_since is not None or self._now() < self._until)

    @property
    def alone_since(self) -> datetime | None:
        """Since when this process goes on without having renewed the lease, if it does."""
        return self._alone_since

    def renew(self) -> bool:
        """Take the lease, or renew it. Blocks.

        :raises Exception: the database's; whoever had the lease goes on then.
        """
        instant = self._now()
        try:
            with self._sessions() as session:
                mine = self._take(session, instant)
        except Exception:
            self.go_on_alone()
            raise
        self._alone_since = None
        self._until = instant + timedelta(seconds=self._seconds) if mine else None
        return mine

    def go_on_alone(self) -> None:
        """The database refuses, or does not answer in time: whoever had the lease goes on until a renewal is answered."""
        if self._until is not None and self._alone_since is None:
            self._alone_since = self._now()

    def stand_down(self) -> None:
        """Another is known to have the lease."""
        self._until, self._alone_since = None, None

    def release(self) -> None:
        """Let another take over at once. Blocks."""
        if self._until is None:
            return
        self.stand_down()
        with self._sessions() as session:
            leases.release(session, LEASE, self._holder)

    def _take(self, session: Session, instant: datetime) -> bool:
        if leases.is_taken(session, LEASE, self._holder, gone=leases.is_gone, now=instant):
            return False
        return self._hold(session, LEASE, self._holder, self._seconds, gone=leases.is_gone, now=instant)
