"""Every request is somebody's: Airflow's session cookie or bearer token, a task's token, or the token that opens the figures.

It happens before anything is routed or read, so that whoever is unknown learns nothing, not even which paths there are.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from time import monotonic
from typing import Any

from asgiref.sync import async_to_sync
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from dean_provider.errors import AuthenticationError, DeanError
from dean_provider.plugins.api.caller import Caller, CallerKind
from dean_provider.plugins.api.database import unavailable_database
from dean_provider.plugins.api.task_token import TaskTokens, is_task_token
from dean_provider.plugins.api.workers import Workers

__all__ = ["Authentication", "Identity", "KnownUsers", "caller_of"]

METRICS_PATH = "/metrics"
_REMEMBERED_SECONDS = 5.0
_MOST_REMEMBERED = 1000
Identify = Callable[[Request], Awaitable[Caller]]


def caller_of(request: Request) -> Caller:
    """Who was found to have sent ``request``."""
    caller: Caller = request.state.dean_caller
    return caller


def _bearer(request: Request) -> str:
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    return presented.strip() if scheme.lower() == "bearer" else ""


def _unknown(reason: str = "") -> AuthenticationError:
    return AuthenticationError(
        reason or "Nobody is signed in.",
        suggestions=["Sign in to Airflow, or send 'Authorization: Bearer <token>' with a token of POST /auth/token."],
    )


def _person(user: Any, address: str | None, *, by_cookie: bool) -> Caller:
    return Caller(CallerKind.USER, str(user.get_name()), address, user=user, by_cookie=by_cookie)


class KnownUsers:
    """Users by bearer token, for a few seconds: a page that asks ten things at once is looked up once.

    :param resolve: Airflow's own way from token to user.
    :param blocks: whether ``resolve`` has no need of the running loop; it asks the database, so it then runs in a thread.
    """

    def __init__(
        self, resolve: Callable[[str], Awaitable[Any]], workers: Workers, *, blocks: bool, clock: Callable[[], float] = monotonic
    ) -> None:
        self._resolve = resolve
        self._workers = workers
        self._blocks = blocks
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[float, Any]] = OrderedDict()

    def remembered(self, token: str) -> Any:
        """The user ``token`` stood for a moment ago; nothing when that is longer ago, or never was."""
        found = self._known.get(sha256(token.encode()).digest())
        return found[1] if found is not None and self._clock() - found[0] < _REMEMBERED_SECONDS else None

    async def user(self, token: str) -> Any:
        """The user ``token`` stands for.

        :raises starlette.exceptions.HTTPException: nobody, as Airflow says it.
        """
        user = self.remembered(token)
        if user is not None:
            return user
        name = sha256(token.encode()).digest()
        user = await (self._workers.run(lambda: async_to_sync(self._resolve)(token)) if self._blocks else self._resolve(token))
        self._known[name] = (self._clock(), user)
        self._known.move_to_end(name)
        while len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return user


class Identity:
    """Finds out who sent a request.

    :param users: those who have a bearer token of Airflow's.
    :param session_user: Airflow's own way from a request with a session to its user.
    :param metrics_token: opens ``/metrics`` and nothing else.
    """

    def __init__(
        self,
        users: KnownUsers,
        session_user: Callable[[Request], Awaitable[Any]],
        tokens: TaskTokens,
        workers: Workers,
        metrics_token: SecretStr | None = None,
    ) -> None:
        self._users = users
        self._session_user = session_user
        self._tokens = tokens
        self._workers = workers
        self._metrics_token = metrics_token.get_secret_value().encode() if metrics_token else None

    async def __call__(self, request: Request) -> Caller:
        """:raises AuthenticationError: nobody we know."""
        address = request.client.host if request.client else None
        presented = _bearer(request)
        if presented and self._scrapes(request, presented):
            return Caller(CallerKind.SCRAPER, "metrics", address)
        user = self._users.remembered(presented) if presented else None
        if user is not None:
            return _person(user, address, by_cookie=False)
        if presented and is_task_token(presented):
            claims = await self._workers.run(lambda: self._tokens.verify(presented))
            return Caller(CallerKind.TASK, claims.sub, address, task=claims)
        try:
            user = await (self._users.user(presented) if presented else self._session_user(request))
        except HTTPException as error:
            raise _unknown("" if error.detail == "Not authenticated" else f"Airflow does not accept this: {error.detail}.") from None
        return _person(user, address, by_cookie=not presented)

    def _scrapes(self, request: Request, presented: str) -> bool:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        return self._metrics_token is not None and path == METRICS_PATH and hmac.compare_digest(presented.encode(), self._metrics_token)


class Authentication:
    """Lets nobody past who is not known."""

    def __init__(self, app: ASGIApp, identify: Identify) -> None:
        self.app = app
        self.identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            request.state.dean_caller = await self._known(request)
        await self.app(scope, receive, send)

    async def _known(self, request: Request) -> Caller:
        try:
            return await self.identify(request)
        except DeanError:
            raise
        except Exception as error:
            unavailable = unavailable_database(error)
            if unavailable is None:
                raise
            raise unavailable from error
