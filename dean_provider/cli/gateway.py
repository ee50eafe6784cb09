"""The gateway as the command line reaches it: the hooks' own way of calling, without an Airflow on this machine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from dean_provider import __version__
from dean_provider.cli.advice import advised
from dean_provider.cli.sign_in import SignIn, current
from dean_provider.contract.endpoints import Operation, WireRequest, gateway
from dean_provider.contract.service import ServiceName
from dean_provider.errors import DeanError, InvalidConfigurationError
from dean_provider.hooks.channel import Channel
from dean_provider.hooks.clock import Clock
from dean_provider.hooks.connection import Settings
from dean_provider.hooks.conversation import Manner, Versioned, begun, operate, read_again
from dean_provider.hooks.exchange import Call, exchange
from dean_provider.hooks.message import Answer
from dean_provider.hooks.options import AuthMode, ConnectionOptions
from dean_provider.hooks.steps import Steps, run

__all__ = ["Gateway", "gateway_for", "settings_for"]

Request = TypeVar("Request", bound=BaseModel)
Response = TypeVar("Response", bound=BaseModel)
T = TypeVar("T")

IDEMPOTENCY_KEY = "Idempotency-Key"
_ATTEMPTS = 3
_DEADLINE_SECONDS = 60.0
_BREAKER_THRESHOLD = 1000
"""A command is one caller, who waits between two looks by itself: there is no crowd to hold back."""


def settings_for(sign_in: SignIn) -> Settings:
    """How to call the address of ``sign_in``; proxies and authorities are the environment's."""
    import requests
    from requests.utils import select_proxy

    with requests.Session() as session:
        surroundings = session.merge_environment_settings(sign_in.url, {}, False, None, None)
    return Settings(
        conn_id=sign_in.url,
        base_url=sign_in.url,
        headers={
            "User-Agent": f"dean-cli/{__version__}",
            "Accept": "application/json, */*",
            "Accept-Encoding": "gzip, deflate",
        },
        password=sign_in.token or None,
        verify=True if surroundings["verify"] is None else surroundings["verify"],
        proxy=select_proxy(sign_in.url, surroundings["proxies"]),
        follow_redirects=False,
        deadline=_DEADLINE_SECONDS,
        options=ConnectionOptions(
            dialect=gateway.REFERENCE.name,
            auth=AuthMode.BEARER if sign_in.token else AuthMode.NONE,
            attempts=_ATTEMPTS,
            breaker_threshold=_BREAKER_THRESHOLD,
        ),
        secrets=frozenset({sign_in.token} if sign_in.token else ()),
    )


class Gateway:
    """The gateway at one address, spoken to as one caller. A context manager, so that the connection is given back."""

    def __init__(self, sign_in: SignIn, clock: Clock | None = None) -> None:
        self.sign_in = sign_in
        self.clock = clock or Clock()
        self._channel = Channel(
            sign_in.url,
            service=ServiceName.GATEWAY.value,
            resolve=lambda _: settings_for(sign_in),
            conceal=lambda _: None,
            clock=self.clock,
        )

    def call(self, operation: Operation[Request, Response], request: Request, *, key: str | None = None) -> Response:
        """Have the gateway do ``operation``.

        :param key: idempotency key: with the same one, asking again is asking once. A change without one is given one of its own, so that
            it is made once even if an answer is lost.
        :raises DeanError: what went wrong, with advice for a person at the command line.
        """
        changes = gateway.REFERENCE.route(operation).method not in ("GET", "HEAD")
        headers = {IDEMPOTENCY_KEY: key or str(uuid4())} if changes else None
        return self._run(operate(self._channel, operation, request, self._manner(), headers=headers))

    def read_again(self, operation: Operation[Request, Response], request: Request, etag: str | None) -> Versioned[Response]:
        """Read what may not have changed since it had ``etag``."""
        return self._run(read_again(self._channel, operation, request, self._manner(), etag))

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        accepts: Callable[[Answer], bool] = lambda _: False,
    ) -> Answer:
        """One request of Airflow's own API, for signing in and out.

        :param accepts: tells an answer that is hoped for although its status is no success.
        """
        manner = self._run(begun(self._channel, self._manner()))
        call = Call(
            what=f"airflow {method} {path}",
            repeatable=True,
            request_id=manner.request_id,
            ends=manner.ends,
            headers=headers or {},
            accepts=accepts,
        )
        return self._run(exchange(self._channel, WireRequest(method, path, {}, body), call))

    def _manner(self) -> Manner:
        return Manner(str(uuid4()))

    def _run(self, steps: Steps[T]) -> T:
        try:
            return run(steps, self._channel)
        except DeanError as error:
            raise advised(error, self.sign_in, self.clock.now()) from None

    def close(self) -> None:
        """Drop the connection."""
        self._channel.close()


@contextmanager
def gateway_for(url: str | None) -> Iterator[Gateway]:
    """The gateway at ``url``, or where somebody signed in last.

    :raises InvalidConfigurationError: when what is to be asked cannot be asked.
    """
    found = Gateway(current(url))
    try:
        with _undisturbed():
            yield found
    except ValidationError as error:
        raise _refused(error) from None
    finally:
        found.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the log lines of calls that are repeated: under ``airflow dean`` they would go to standard output."""
    log = logging.getLogger("dean_provider.hooks")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _refused(error: ValidationError) -> InvalidConfigurationError:
    """A request that breaks a rule of its model, and so was never sent."""
    from dean_provider.config.rules import sentence

    problems = [
        {"field": ".".join(map(str, problem["loc"])), "rule": sentence(problem)}
        for problem in error.errors(include_url=False, include_input=False)
    ]
    return InvalidConfigurationError("This cannot be asked of the gateway.", details={"problems": problems})
