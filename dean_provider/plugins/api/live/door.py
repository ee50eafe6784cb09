"""Who is let in: everything about a socket that is decided before it is accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from starlette.websockets import WebSocket

from dean_provider.contract.live import PROTOCOL
from dean_provider.contract.workflow import TRIAL
from dean_provider.errors import AuthenticationError, NotFoundError, PermissionDeniedError
from dean_provider.plugins.api.live.accounts import Accounts
from dean_provider.plugins.api.live.feed import Feed
from dean_provider.plugins.api.live.reader import RIGHTS_GONE, Reader
from dean_provider.plugins.api.live.tickets import Tickets
from dean_provider.plugins.api.origin import comes_from_here, normalized
from dean_provider.plugins.api.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Admitted", "Door", "Places"]

_LONGEST_TICKET = 4096


class Admitted(NamedTuple):
    """Who may watch what.

    :param dag_id: of the execution, where it is one.
    """

    reader: Reader
    dag_id: str | None


class Places:
    """How many sockets there may be: in this process, and of one user."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self.most = most
        self.most_of_one = most_of_one
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, name: str) -> Iterator[str]:
        """Take a place for a user: why there is none, or an empty text."""
        full = self._full(name)
        if full:
            yield full
            return
        self._taken[name] += 1
        try:
            yield ""
        finally:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]

    def _full(self, name: str) -> str:
        if self._taken[name] >= self.most_of_one:
            return f"{name} has {self.most_of_one} live sockets open already, as many as one user may have."
        if self._taken.total() >= self.most:
            return f"This API server has {self.most} live sockets open already, as many as it may."
        return ""


class Door:
    """:param trusted: other origins whose pages may open sockets.
    :param workers: threads for what blocks.
    """

    def __init__(self, tickets: Tickets, feed: Feed, accounts: Accounts, workers: Workers, trusted: Collection[str]) -> None:
        self._tickets = tickets
        self._feed = feed
        self._accounts = accounts
        self._workers = workers
        self._trusted = normalized(trusted)

    async def admit(self, socket: WebSocket, workflow_id: UUID | None, known: Collection[Reader]) -> Admitted:
        """Use the ticket up that ``socket`` brings.

        :param known: readers of open sockets; one of the same session is shared.
        :raises AuthenticationError: no ticket, or none that is good here.
        :raises PermissionDeniedError: the socket is opened by another site's page, or its user may not read.
        :raises NotFoundError: there is no such trial.
        """
        if "origin" in socket.headers and not comes_from_here(socket.headers, self._trusted):
            raise PermissionDeniedError(
                "This socket is not opened by a page of this Airflow.",
                details={"origin": socket.headers["origin"][:200]},
                suggestions=["Pages of another origin: name it in [api] access_control_allow_origins."],
            )
        ticket = _ticket_of(socket)
        return await self._workers.run(lambda: self._admitted(ticket, workflow_id, known))

    def _admitted(self, ticket: str, workflow_id: UUID | None, known: Collection[Reader]) -> Admitted:
        subject = self._tickets.redeem(ticket, workflow_id)
        reader = Reader(subject, self._accounts)
        if not reader.identify():
            raise PermissionDeniedError(RIGHTS_GONE.reason, suggestions=[RIGHTS_GONE.suggestion])
        dag_id = self._dag_of(workflow_id, reader) if workflow_id is not None else None
        return Admitted(next((one for one in known if one.key == reader.key), reader), dag_id)

    def _dag_of(self, workflow_id: UUID, reader: Reader) -> str | None:
        owner = self._feed.owner(workflow_id)
        if owner is None or owner.workflow_type != TRIAL:
            raise NotFoundError(f"There is no trial {workflow_id}.", details={"workflow_id": str(workflow_id)})
        reader.learn([owner.dag_id])
        if not reader.sees(owner.dag_id):
            raise PermissionDeniedError(
                f"{reader.subject.name} may not read runs of DAG {owner.dag_id}.",
                details={"user": reader.subject.name, "dag_id": owner.dag_id},
            )
        return owner.dag_id


def _ticket_of(socket: WebSocket) -> str:
    """The subprotocol offered after ours. In the address it would be in access logs; this header is in none."""
    offered = [name.strip() for name in ",".join(socket.headers.getlist("sec-websocket-protocol")).split(",")]
    if len(offered) != 2 or offered[0] != PROTOCOL or len(offered[1]) > _LONGEST_TICKET:
        raise AuthenticationError(
            "A live socket is opened with a ticket.",
            details={"protocol": PROTOCOL},
            suggestions=[
                f"POST /dean/api/v1/live/tickets, then offer two subprotocols: {PROTOCOL} and the ticket.",
                "In a browser: new WebSocket(url, [protocol, ticket]).",
            ],
        )
    return offered[1]
