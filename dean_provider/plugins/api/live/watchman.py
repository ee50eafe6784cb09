"""Looks after open sockets: that their sessions hold, that their readers may still read, that they are alive."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime

from structlog import get_logger

from dean_provider.contract.live import Closing
from dean_provider.plugins.api.database import Sessions
from dean_provider.plugins.api.live.accounts import Accounts
from dean_provider.plugins.api.live.client import Client
from dean_provider.plugins.api.live.reader import RIGHTS_GONE, SESSION_ENDED, UNKNOWN, Reader
from dean_provider.plugins.api.live.tickets import utc_now
from dean_provider.plugins.api.workers import Workers

__all__ = ["HEARTBEAT_SECONDS", "RECHECK_SECONDS", "Watchman"]

_log = get_logger(__name__)
HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 60.0
_REVOKED_SECONDS = 5.0
_STALLED_SECONDS = 30.0
_UNKNOWN_SECONDS = 300.0
_TOO_SLOW = Closing(
    code="too_slow",
    reason=f"Nothing that was sent was taken for {_STALLED_SECONDS:g} seconds.",
    suggestion="Open a new socket and resume.",
    retry_after=1.0,
)


class Watchman:
    """:param clients: whoever is connected.
    :param workers: a thread for what asks the database.
    """

    def __init__(
        self,
        clients: Callable[[], Collection[Client]],
        sessions: Sessions,
        accounts: Accounts,
        workers: Workers,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._clients = clients
        self._sessions = sessions
        self._accounts = accounts
        self._workers = workers
        self._clock = clock
        self._now = now
        self._asked_revoked = clock()
        self._rechecked: dict[Reader, float] = {}

    async def round(self) -> None:
        """Look after everybody once; to be called every second or so."""
        clients = list(self._clients())
        now = self._now()
        for client in clients:
            client.beat(HEARTBEAT_SECONDS)
            if client.stalled(_STALLED_SECONDS):
                client.close(_TOO_SLOW)
            elif client.reader.ended(now):
                client.close(SESSION_ENDED)
        await self._close_revoked(clients)
        await self._recheck(clients)

    async def _close_revoked(self, clients: Collection[Client]) -> None:
        if not clients or self._clock() - self._asked_revoked < _REVOKED_SECONDS:
            return
        self._asked_revoked = self._clock()
        token_ids = {token_id for client in clients if (token_id := client.reader.subject.session.token_id)}

        def ask() -> set[str]:
            with self._sessions() as session:
                return self._accounts.revoked(session, token_ids)

        revoked = await self._workers.run(ask) if token_ids else set()
        for client in clients:
            if client.reader.subject.session.token_id in revoked:
                client.close(SESSION_ENDED)

    async def _recheck(self, clients: Collection[Client]) -> None:
        """Each reader once a minute, one after the other."""
        readers = {client.reader for client in clients}
        now = self._clock()
        self._rechecked = {reader: self._rechecked.get(reader, now) for reader in readers}
        for reader in [one for one in readers if now - self._rechecked[one] >= RECHECK_SECONDS]:
            closing = await self._asked(reader)
            for client in clients:
                if client.reader is reader:
                    self._judge(client, closing)

    async def _asked(self, reader: Reader) -> Closing | None:
        """Who cannot be asked about for long is sent nothing more."""
        try:
            closing = await self._workers.run(reader.recheck)
        except Exception as error:  # noqa: BLE001 - an auth manager may raise anything
            _log.warning("what a live socket's reader may read cannot be asked", error=type(error).__name__)
            return UNKNOWN if self._clock() - self._rechecked[reader] >= _UNKNOWN_SECONDS else None
        self._rechecked[reader] = self._clock()
        return closing

    def _judge(self, client: Client, closing: Closing | None) -> None:
        if closing is not None:
            client.close(closing)
        elif client.dag_id is not None and not client.reader.sees(client.dag_id):
            client.close(RIGHTS_GONE)
