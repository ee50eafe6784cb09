"""A live socket from its handshake to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from structlog import get_logger

from dean_provider.contract.live import MAX_MESSAGE, MAX_POSITIONS, PROTOCOL, Closing, ClosingCode, Heartbeat, Hello, Missed, Resume
from dean_provider.errors import DeanError
from dean_provider.plugins.api.database import unavailable_database
from dean_provider.plugins.api.live.client import Client
from dean_provider.plugins.api.live.door import Admitted, Door, Places
from dean_provider.plugins.api.live.feed import Backlog, Known
from dean_provider.plugins.api.live.figures import Figures
from dean_provider.plugins.api.live.hub import Hub
from dean_provider.plugins.api.live.mailbox import Outgoing
from dean_provider.plugins.api.live.tickets import utc_now
from dean_provider.plugins.api.live.watchman import HEARTBEAT_SECONDS
from dean_provider.plugins.api.workers import Workers
from dean_provider.web.problems import problem_response

__all__ = ["CODES", "Sockets"]

_log = get_logger(__name__)
_RESUME_SECONDS = 2.0
"""A client that says nothing for so long begins now."""
_MOST_MESSAGES = 120
"""Heartbeats that a client may send between two of ours."""
_CLOSE_SECONDS = 5.0
CODES: Mapping[ClosingCode, int] = {
    "session_ended": 4401,
    "rights_gone": 4403,
    "too_many": 1013,
    "too_slow": 1013,
    "bad_message": 1008,
    "unavailable": 1013,
}
"""WebSocket code with which a socket is closed."""


class Sockets:
    """:param workers: threads for what blocks, for many clients at once."""

    def __init__(self, hub: Hub, door: Door, places: Places, figures: Figures, workers: Workers) -> None:
        self._hub = hub
        self._door = door
        self._places = places
        self._figures = figures
        self._workers = workers

    async def events(self, websocket: WebSocket) -> None:
        """Everything its reader may read."""
        await self._serve(websocket, None)

    async def trial(self, websocket: WebSocket, workflow_id: UUID) -> None:
        """One trial."""
        await self._serve(websocket, workflow_id)

    async def _serve(self, websocket: WebSocket, workflow_id: UUID | None) -> None:
        try:
            admitted = await self._door.admit(websocket, workflow_id, {client.reader for client in self._hub.clients})
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told in its own words
            await self._refuse(websocket, error)
            return
        await websocket.accept(subprotocol=PROTOCOL)
        client = Client(admitted.reader, websocket.send_text, workflow_id, admitted.dag_id)
        with self._places.take(admitted.reader.subject.name) as full:
            if full:
                client.close(Closing(code="too_many", reason=full, suggestion="Close some, or try later.", retry_after=30.0))
            else:
                await self._watched(websocket, client, admitted)
            await self._end(websocket, client)

    async def _refuse(self, websocket: WebSocket, error: Exception) -> None:
        known = error if isinstance(error, DeanError) else unavailable_database(error)
        self._figures.refused.labels(known.error_code if known else "crashed").inc()
        if known is None:
            _log.exception("a live socket's handshake crashed", path=websocket.url.path)
            await websocket.close(1011)
            return
        _log.info("live socket refused", path=websocket.url.path, error_code=known.error_code, reason=str(known))
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await websocket.send_denial_response(problem_response(known))

    async def _watched(self, websocket: WebSocket, client: Client, admitted: Admitted) -> None:
        gauge = self._figures.clients.labels("trial" if client.workflow_id else "events")
        gauge.inc()
        self._figures.opened.inc()
        _log.info("live socket opened", path=websocket.url.path, user=admitted.reader.subject.name)
        try:
            async with self._hub.watching(client) as known:
                work = [
                    asyncio.create_task(self._converse(websocket, client, known), name="dean-live-socket"),
                    asyncio.create_task(client.closed(), name="dean-live-closed"),
                ]
                try:
                    await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in work:
                        task.cancel()
                    await asyncio.gather(*work, return_exceptions=True)
        except asyncio.TimeoutError:
            client.close(Closing(code="unavailable", reason="The record cannot be read now.", retry_after=5.0))
        finally:
            gauge.dec()
            self._figures.missed.inc(client.missed)
            _log.info("live socket closed", path=websocket.url.path, user=admitted.reader.subject.name, why=_why(client))

    async def _converse(self, websocket: WebSocket, client: Client, known: Mapping[UUID, Known]) -> None:
        results: Sequence[BaseException | None] = ()
        try:
            await self._begin(websocket, client, known)
            sending = asyncio.create_task(client.deliver(), name="dean-live-sender")
            listening = asyncio.create_task(_listen(websocket, client), name="dean-live-listener")
            try:
                await asyncio.wait([sending, listening], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (sending, listening):
                    task.cancel()
                results = await asyncio.gather(sending, listening, return_exceptions=True)
        except Exception as error:  # noqa: BLE001 - a crash ends this client's connection and no other
            results = [error]
        for result in results:
            _note(result, websocket, client)

    async def _begin(self, websocket: WebSocket, client: Client, known: Mapping[UUID, Known]) -> None:
        """Hear what the client has, greet it, and send what it lacks. What is found meanwhile waits."""
        resume = await _resume(websocket, client)
        positions = await self._start(client, known)
        backlog = await self._lacking(client, resume)
        client.has(backlog.positions)
        told = dict(list(backlog.before.items())[:MAX_POSITIONS])
        told.update((one, sequence) for one, sequence in positions.items() if one not in told and len(told) < MAX_POSITIONS)
        hello = Hello(
            timestamp=utc_now(),
            user=client.reader.subject.name,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            positions={str(workflow_id): sequence for workflow_id, sequence in told.items()},
        )
        await client.say(hello.model_dump_json())
        await self._catch_up(client, backlog)

    async def _start(self, client: Client, known: Mapping[UUID, Known]) -> dict[UUID, int]:
        workflow_id = client.workflow_id
        if workflow_id is None:
            return await self._hub.positions(client.reader, known)
        positions = await self._workers.run(lambda: self._hub.feed.heads([workflow_id]))
        client.has(positions)
        return positions

    async def _lacking(self, client: Client, resume: Resume | None) -> Backlog:
        if resume is None or not (resume.positions or resume.since):
            return Backlog()
        return await self._workers.run(lambda: self._hub.feed.backlog(resume, client.workflow_id, client.reader))

    async def _catch_up(self, client: Client, backlog: Backlog) -> None:
        feed, reader = self._hub.feed, client.reader
        if backlog.missed or backlog.everything:
            missed = {str(workflow_id): sequence for workflow_id, sequence in backlog.missed.items()}
            await client.say(Missed(timestamp=utc_now(), positions=missed, everything=backlog.everything).model_dump_json())
        pages = feed.replay(backlog)
        while (page := await self._workers.run(lambda: next(pages, None))) is not None:
            await self._workers.run(partial(reader.learn, {event.dag_id for event in page}))
            for event in filter(reader.may, page):
                await client.say(Outgoing(event).text(audits=reader.audits(event.dag_id)))

    async def _end(self, websocket: WebSocket, client: Client) -> None:
        closing = client.closing
        if closing is None or websocket.client_state is not WebSocketState.CONNECTED:
            return
        self._figures.closed.labels(closing.code).inc()

        async def say_why() -> None:
            await websocket.send_text(closing.model_dump_json())
            await websocket.close(CODES[closing.code])

        with contextlib.suppress(Exception):
            await asyncio.wait_for(say_why(), _CLOSE_SECONDS)


def _note(error: BaseException | None, websocket: WebSocket, client: Client) -> None:
    """Have the socket closed for what went wrong. That the client went, or its work was ended, is nothing wrong."""
    if isinstance(error, DeanError):
        client.close(Closing(code="unavailable", reason=str(error), retry_after=error.retry_after or 1.0))
    elif isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect):
        _log.error("a live socket crashed", path=websocket.url.path, exc_info=error)
        client.close(Closing(code="unavailable", reason="The server failed; its log has the cause.", retry_after=5.0))


def _why(client: Client) -> str:
    return client.closing.code if client.closing else "client"


async def _text(websocket: WebSocket) -> str:
    """The next message; a text in any case.

    :raises WebSocketDisconnect: the client has gone.
    """
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    return "" if text is None or len(text) > MAX_MESSAGE else str(text)


async def _resume(websocket: WebSocket, client: Client) -> Resume | None:
    """What the client says first, if it says something soon."""
    try:
        text = await asyncio.wait_for(_text(websocket), _RESUME_SECONDS)
    except asyncio.TimeoutError:
        return None
    try:
        return Resume.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        client.close(_bad(f"The first message must be a resume; {where[:100]}: {first['msg'][:200]}."))
        raise WebSocketDisconnect from None


async def _listen(websocket: WebSocket, client: Client) -> None:
    """Heartbeats are all that a client may send from then on, and not too many."""
    loop = asyncio.get_running_loop()
    count, began = 0, loop.time()
    while True:
        text = await _text(websocket)
        if loop.time() - began > HEARTBEAT_SECONDS:
            count, began = 0, loop.time()
        count += 1
        if count > _MOST_MESSAGES:
            client.close(_bad("There are too many messages."))
            return
        try:
            Heartbeat.model_validate_json(text)
        except ValidationError:
            client.close(_bad("Only heartbeats are expected after the first message."))
            return


def _bad(reason: str) -> Closing:
    return Closing(code="bad_message", reason=reason, suggestion="What may be sent is in /dean/asyncapi.json.")
