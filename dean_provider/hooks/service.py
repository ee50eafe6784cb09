"""The hook of one service: its operations, synchronously and asynchronously, over one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from airflow.sdk import BaseHook
from pydantic import BaseModel

from dean_provider.contract.endpoints import Dialect, Operation
from dean_provider.contract.service import Empty, Health, HealthStatus, ServiceName
from dean_provider.errors import ConfigurationError, DeanError
from dean_provider.hooks.client import ServiceClient

if TYPE_CHECKING:
    import aiohttp
    import requests

    from dean_provider.hooks.channel import Channel, Line
    from dean_provider.hooks.connection import Settings
    from dean_provider.hooks.conversation import Manner
    from dean_provider.hooks.steps import Steps

__all__ = ["ServiceHook"]

Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)
T = TypeVar("T")

_TEST_SECONDS = 10.0


class ServiceHook(BaseHook, ServiceClient):
    """Calls the operations of one service over an Airflow connection.

    The connection is resolved once in a process and sessions stay open: hooks are cheap to make, and all that name the same connection
    share what is open. Calls carry a correlation id, are authenticated, bounded in time and size, repeated where that is safe, and
    stopped by a circuit breaker while the service is down.

    :param conn_id: the Airflow connection; when empty the one that the section [dean] names for the service.
    :param correlation_id: id that every call carries; that of the running task when empty.
    :param timeout: seconds one attempt may take, if not the connection's.
    :param deadline: seconds a call may take with all repetitions, if not the connection's.
    """

    conn_name_attr = "conn_id"
    default_conn_name: ClassVar[str]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]
    service: ClassVar[ServiceName]
    health_operation: ClassVar[Operation[Empty, Health]]
    exchanges_login: ClassVar[bool] = False

    def __init__(
        self,
        conn_id: str | None = None,
        *,
        correlation_id: str | None = None,
        timeout: float | None = None,
        deadline: float | None = None,
        channel: Channel | None = None,
    ) -> None:
        super().__init__()
        self._conn_id = conn_id or None
        self.timeout = timeout
        self.deadline = deadline
        self._correlation_id = correlation_id
        self._own_channel = channel

    @property
    def conn_id(self) -> str:
        """The Airflow connection. Without one of its own the hook reads the configuration, when it is first needed."""
        return self._conn_id or self.channel.conn_id

    @classmethod
    def configured_conn_id(cls) -> str:
        """The connection that the section [dean] names for the service."""
        from dean_provider.config import resolve

        return str(getattr(resolve().settings, f"{cls.service.value}_conn_id"))

    @classmethod
    def resolve(cls, conn_id: str) -> Settings:
        """What connection ``conn_id`` means to this service. Talks to the task's supervisor: never call it on an event loop.

        :raises ConfigurationError: when there is no such connection or it cannot be used.
        """
        from dean_provider.hooks.connection import look_up

        return look_up(conn_id)

    @property
    def channel(self) -> Channel:
        """What is open for this connection in this process."""
        if self._own_channel is not None:
            return self._own_channel
        from dean_provider.hooks.registry import channel_of

        return channel_of(
            self._conn_id,
            default=self.configured_conn_id,
            service=self.service.value,
            exchanges_login=self.exchanges_login,
            resolve=self.resolve,
        )

    @property
    def correlation_id(self) -> str:
        """The id every call of this hook carries."""
        if self._correlation_id is None:
            from dean_provider.hooks.correlation import current_correlation_id

            self._correlation_id = current_correlation_id()
        return self._correlation_id

    @property
    def dialect(self) -> Dialect:
        """The wire form the service speaks; asks the service unless the connection says it."""
        return self._run(self._spoken())

    async def adialect(self) -> Dialect:
        """:attr:`dialect` for an event loop."""
        return await self._arun(self._spoken())

    async def acredential(self) -> str:
        """What the header that authenticates calls begins with, as far as it is no secret: ``Authorization: Bearer``, or the header's name
        and a colon. Empty where calls are not authenticated.

        :raises ConfigurationError: when there is no such connection or it cannot be used.
        """
        from dean_provider.hooks.auth import header_of

        return header_of((await self._line()).settings, exchanges_login=self.exchanges_login)

    def get_conn(self) -> requests.Session:
        """The open session of the synchronous calls; addresses and authentication are the calls' own."""
        return self.channel.look_up().sync.session

    async def aget_conn(self) -> aiohttp.ClientSession:
        """The open session of the asynchronous calls on the running loop."""
        return await (await self._line()).asynchronous.session()

    def call(
        self, operation: Operation[Request, Response], request: Request, *, timeout: float | None = None, deadline: float | None = None
    ) -> Response:
        """Have the service do ``operation``.

        :param timeout: seconds one attempt may take; the hook's or the connection's when empty.
        :param deadline: seconds for all of it; the hook's or the connection's when empty.
        :raises UnsupportedOperationError: when the service's dialect has no such operation.
        :raises DeanError: what went wrong; ``retryable`` says whether calling again later may help.
        """
        return self._run(self._operate(operation, request, timeout, deadline))

    async def acall(
        self, operation: Operation[Request, Response], request: Request, *, timeout: float | None = None, deadline: float | None = None
    ) -> Response:
        """:meth:`call` for an event loop, which it never blocks."""
        return await self._arun(self._operate(operation, request, timeout, deadline))

    def request(self, method: str, endpoint: str, **kwargs: Any) -> Any:
        """Send any request below the service's address; see :meth:`execute_request`."""
        return self._run(self._send(method, endpoint, **kwargs))

    async def execute_request(self, method: str, endpoint: str, **kwargs: Any) -> Any:
        """Send any request below the service's address and return the JSON data it answered (text where it is none).

        :param endpoint: path below the connection's address.
        :param params: query parameters, by name or in pairs; one with several values is repeated.
        :param json: body.
        :param headers: further headers.
        :param timeout: seconds one attempt may take.
        :param deadline: seconds for all of it.
        :param repeatable: whether doing it twice is the same as doing it once; GET, HEAD, PUT, DELETE and OPTIONS are, unless said so.
        """
        return await self._arun(self._send(method, endpoint, **kwargs))

    async def health_check(self) -> bool:
        """Whether the service can serve now. Waiting helps when it cannot; what waiting cannot mend is raised.

        :raises ConfigurationError: when the connection cannot be used or credentials are refused.
        """
        try:
            return (await self.acall(self.health_operation, Empty())).status is not HealthStatus.UNHEALTHY
        except ConfigurationError:
            raise
        except DeanError:
            return False

    def test_connection(self) -> tuple[bool, str]:
        """For the connection form's *Test* button: what answered, which version, which dialect, and whether it accepts our credentials."""
        from dean_provider.hooks.registry import forget

        try:
            self.channel.look_up(self.channel.version)
            return self._run(self._introduction())
        except DeanError as error:
            return False, str(error)
        finally:
            if self._own_channel is None:
                forget(self.conn_id)

    def close(self) -> None:
        """Close this thread's open session."""
        self.channel.close()

    async def aclose(self) -> None:
        """Close the running loop's open session."""
        await self.channel.aclose()

    def credential_check(self) -> tuple[Operation[Any, Any], BaseModel] | None:
        """A harmless read that needs credentials; health is mostly open to everybody."""
        return None

    def manner(self, timeout: float | None = None, deadline: float | None = None) -> Manner:
        """How this hook calls."""
        from dean_provider.hooks.conversation import Manner

        return Manner(self.correlation_id, timeout or self.timeout, deadline or self.deadline)

    async def _line(self) -> Line:
        from dean_provider.hooks.steps import LookUp

        return self.channel.line or await LookUp().ado(self.channel)

    def _spoken(self) -> Steps[Dialect]:
        from dean_provider.hooks.conversation import spoken_dialect

        return spoken_dialect(self.channel, self.service, self.manner())

    def _operate(
        self, operation: Operation[Any, Response], request: BaseModel, timeout: float | None = None, deadline: float | None = None
    ) -> Steps[Response]:
        from dean_provider.hooks.conversation import operate

        return operate(self.channel, operation, request, self.manner(timeout, deadline))

    def _send(
        self, method: str, endpoint: str, *, timeout: float | None = None, deadline: float | None = None, **kwargs: Any
    ) -> Steps[Any]:
        from dean_provider.hooks.conversation import send

        return send(self.channel, method, endpoint, self.manner(timeout, deadline), **kwargs)

    def _introduction(self) -> Steps[tuple[bool, str]]:
        from dean_provider.hooks.conversation import begun, operate, spoken_dialect

        manner = yield from begun(self.channel, self.manner(deadline=_TEST_SECONDS))
        dialect = yield from spoken_dialect(self.channel, self.service, manner)
        health: Health = yield from operate(self.channel, self.health_operation, Empty(), manner)
        check = self.credential_check()
        if check is not None and dialect.supports(check[0]):
            yield from operate(self.channel, *check, manner)
        line = self.channel.line
        who = " ".join(word for word in (health.service or self.hook_name, health.version) if word)
        ailing = [
            f"{name}: {check.message or check.status.value}"
            for name, check in health.checks.items()
            if check.status is not HealthStatus.HEALTHY
        ]
        told = f"{who} answered at {line.settings.base_url if line else ''}: {health.status.value}, dialect {dialect.name}."
        return health.status is not HealthStatus.UNHEALTHY, " ".join([told, *ailing])

    def _run(self, steps: Steps[T]) -> T:
        from dean_provider.hooks.steps import run

        return run(steps, self.channel)

    async def _arun(self, steps: Steps[T]) -> T:
        from dean_provider.hooks.steps import arun

        return await arun(steps, self.channel)
