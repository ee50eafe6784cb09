"""One call from the request's description to its answer: address, authentication, circuit breaker, redirects, errors, repetitions.

Written once for synchronous and asynchronous callers, in :mod:`dean_provider.hooks.steps`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from dean_provider.contract.endpoints import WireRequest, query_text
from dean_provider.errors import AuthenticationError, ConnectionFailedError, DeanError, InvalidResponseError
from dean_provider.hooks.answers import error_of, payload_of
from dean_provider.hooks.auth import Claims, Credentials
from dean_provider.hooks.breaker import Admission
from dean_provider.hooks.channel import Channel, Line
from dean_provider.hooks.correlation import HEADER
from dean_provider.hooks.failures import never_sent, timed_out
from dean_provider.hooks.masking import without_userinfo
from dean_provider.hooks.message import Answer, Outgoing, encoded
from dean_provider.hooks.retry import RetryPolicy, worth_repeating
from dean_provider.hooks.steps import Admit, LookUp, Mask, Pause, Send, Settle, Steps

__all__ = ["Call", "exchange"]

_log = logging.getLogger(__name__)
_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_ADDRESS = "!#$%&'()*+,/:;=?@[]~"


def _never(_: Answer) -> bool:
    return False


@dataclass(frozen=True)
class Call:
    """The circumstances of one call.

    :param what: service and operation, for logs and errors.
    :param repeatable: doing it twice is the same as doing it once.
    :param request_id: correlation id.
    :param ends: when, on the clock's monotonic time, it must be over; a wait that the request itself asks for comes on top.
    :param timeout: seconds for one attempt, if not the connection's.
    :param seconds: what one attempt may take beyond the connection's time.
    :param claims: for whom it is made, said in tokens that can.
    :param accepts: tells an answer that says something although its status is an error's.
    """

    what: str
    repeatable: bool
    request_id: str
    ends: float
    timeout: float | None = None
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: Claims = field(default_factory=dict)
    accepts: Callable[[Answer], bool] = _never


def exchange(channel: Channel, wire: WireRequest, call: Call) -> Steps[Answer]:
    """Get a good answer to ``wire``, in time.

    :raises ServiceError: the service answered with a failure, or the circuit breaker is open.
    :raises NetworkError: no usable answer came.
    :raises ConnectionsExhaustedError: this process had no connection left.
    :raises ConfigurationError: the connection cannot be used, or credentials are refused.
    :raises DeanError: whatever else the service reports.
    """
    line = channel.line or (yield LookUp())
    attempt = _Attempt(channel, wire, encoded(wire.body), call, call.ends + wire.extra_seconds)
    try:
        return (yield from attempt.run())
    except DeanError as error:
        if not worth_repeating(error, repeatable=call.repeatable):
            raise
        return (yield from _repeated(attempt, error, RetryPolicy.of(line.settings)))


def _repeated(attempt: _Attempt, first: DeanError, policy: RetryPolicy) -> Steps[Answer]:
    """Go on after the ``first`` failure, which counts as an attempt. Calls that need no second one never come here."""
    channel, call = attempt.channel, attempt.call
    failed: list[DeanError] = [first]
    pauses: list[float] = []
    for guard in policy.retrying(repeatable=call.repeatable, ends=attempt.ends, clock=channel.clock, sleep=pauses.append, what=call.what):
        if pauses:
            yield Pause(pauses.pop())
        with guard:
            if failed:
                raise failed.pop()
            return (yield from attempt.run())
    raise AssertionError("tenacity ended neither with an answer nor with an error")


@dataclass(frozen=True)
class _Attempt:
    """One attempt at a call.

    :param ends: when, on the clock's monotonic time, the call must be over.
    """

    channel: Channel
    wire: WireRequest
    body: bytes | None
    call: Call
    ends: float

    def run(self) -> Steps[Answer]:
        """Refused credentials are renewed, and the connection is read again, once; so it is when nothing answers at its address."""
        line = self.channel.line or (yield LookUp())
        version = self.channel.version
        own: Mapping[str, str] = {}
        try:
            own = yield from self._credentials(line)
            return (yield from self._sent(line, own))
        except AuthenticationError:
            renewed = self._own(line).expire(own)
            fresh = yield LookUp(version)
            if fresh is line and not renewed:
                raise
            return (yield from self._sent(fresh, (yield from self._credentials(fresh))))
        except ConnectionFailedError as error:
            if never_sent(error):
                yield from _looked_again(version)
            raise

    def _sent(self, line: Line, own: Mapping[str, str]) -> Steps[Answer]:
        return (yield from self._followed(line, self._outgoing(line, self.wire, self.call, own), self.call))

    def _own(self, line: Line) -> Credentials:
        return line.credentials.on_behalf(self.call.claims)

    def _credentials(self, line: Line) -> Steps[Mapping[str, str]]:
        """The headers to send, renewed if need be. Others may renew or drop them at any pause: what was taken is what counts."""
        credentials = self._own(line)
        own: Mapping[str, str] = credentials.headers(self.channel.clock.now())
        if credentials.due(self.channel.clock.now()):
            own = yield from self._renewed(line, credentials)
        return own

    def _renewed(self, line: Line, credentials: Credentials) -> Steps[Mapping[str, str]]:
        """Make or fetch a token."""
        wire = credentials.request()
        payload: Any = None
        if wire is not None:
            call = replace(self.call, what=f"{self.call.what} (token)", headers={}, timeout=None, seconds=0.0, accepts=_never)
            request = self._outgoing(line, wire, call, {})
            answer = yield from self._followed(line, request, call)
            payload = payload_of(answer, text=False, asked=_asked(request, call), request_id=call.request_id)
        secret = credentials.renew(self.channel.clock.now(), payload)
        own = credentials.headers(self.channel.clock.now())
        if not self.call.claims:
            # Tokens of single tasks come and go by thousands in a triggerer, and every secret masked is looked for in every line logged.
            yield Mask(secret)
        return own

    def _outgoing(self, line: Line, wire: WireRequest, call: Call, own: Mapping[str, str]) -> Outgoing:
        settings = line.settings
        body = self.body if wire is self.wire else encoded(wire.body)
        headers = {**settings.headers, **call.headers, HEADER: call.request_id, **own}
        if body is not None:
            headers["Content-Type"] = "application/json"
        left = self.ends - self.channel.clock.monotonic()
        seconds = max(0.0, min((call.timeout or settings.timeout + call.seconds) + wire.extra_seconds, left))
        request = Outgoing(wire.method, f"{settings.base_url}{wire.path}{query_text(wire.query)}", headers, body, seconds)
        if left <= 0:
            raise _too_late(request, call)
        return request

    def _in_time(self, request: Outgoing, ends: float, call: Call) -> Outgoing:
        """``request`` with no more seconds than are left."""
        left = ends - self.channel.clock.monotonic()
        if left <= 0:
            raise _too_late(request, call)
        return replace(request, seconds=left)

    def _followed(self, line: Line, request: Outgoing, call: Call) -> Steps[Answer]:
        """Send ``request``, and again where the answer points to on the same host and port: credentials never leave it.

        All of that is one attempt, and has the time of one.
        """
        ends = self.channel.clock.monotonic() + request.seconds
        timed = request
        for _ in range(line.settings.max_redirects + 1):
            answer = yield from self._guarded(line, timed, call)
            if answer.status not in _FOLLOWED or not line.settings.follow_redirects:
                return answer
            request = _redirected(request, answer, call)
            timed = self._in_time(request, ends, call)
        raise InvalidResponseError(
            f"More than {line.settings.max_redirects} redirects.",
            details=_asked(request, call),
            suggestions=["Set the connection's host to where the service itself is."],
            request_id=call.request_id,
        )

    def _guarded(self, line: Line, request: Outgoing, call: Call) -> Steps[Answer]:
        """One request under the circuit breaker; an answer that is an error is raised."""
        breaker = line.breaker
        admission: Admission = (yield Admit(breaker)) if breaker.shared else breaker.admit()
        try:
            answer: Answer = yield Send(line, request)
            self._check(line, answer, request, call)
        except GeneratorExit:
            raise
        except BaseException as error:
            if isinstance(error, DeanError):
                error.request_id = error.request_id or call.request_id
                error.details.setdefault("operation", call.what)
            if admission.shared:
                yield Settle(breaker, admission, error)
            else:
                breaker.settle(admission, error)
            raise
        if admission.shared:
            yield Settle(breaker, admission)
        else:
            breaker.settle(admission, None)
        return answer

    def _check(self, line: Line, answer: Answer, request: Outgoing, call: Call) -> None:
        if answer.status < 300 or call.accepts(answer) or (answer.status in _FOLLOWED and line.settings.follow_redirects):
            return
        sent = [request.headers.get(name, "") for name in ("Authorization", line.settings.options.key_header)]
        secrets = [*line.settings.secrets, *(value.rpartition(" ")[2] for value in sent if value)]
        now = self.channel.clock.now()
        error = error_of(answer, asked=_asked(request, call), request_id=call.request_id, now=now, secrets=secrets)
        if error is not None:
            raise error


def _looked_again(version: int) -> Steps[None]:
    """Perhaps the service has moved. If that cannot be found out now, what went wrong before is still what to report."""
    try:
        yield LookUp(version)
    except Exception as error:  # noqa: BLE001 - it only keeps us from knowing more
        _log.debug("The connection could not be read again: %s", type(error).__name__)


def _too_late(request: Outgoing, call: Call) -> DeanError:
    error = timed_out(request)
    error.request_id = call.request_id
    error.details["operation"] = call.what
    return error


def _redirected(request: Outgoing, answer: Answer, call: Call) -> Outgoing:
    here = urlsplit(request.url)
    try:
        there = urlsplit(urljoin(request.url, quote(answer.headers.get("location", "").encode("ascii"), safe=_ADDRESS)))
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError:
        raise _not_followed("what is no address", request, answer, call) from None
    target = urlunsplit(there._replace(netloc=there.netloc.rpartition("@")[2], fragment=""))
    keeps = answer.status in (307, 308) or request.method in ("GET", "HEAD")
    if not same or not (keeps or answer.status == 303) or "location" not in answer.headers:
        raise _not_followed(without_userinfo(target), request, answer, call)
    return replace(request, url=target) if keeps else replace(request, url=target, method="GET", body=None)


def _not_followed(where: str, request: Outgoing, answer: Answer, call: Call) -> DeanError:
    return InvalidResponseError(
        f"The service redirects to {where}, which is not followed.",
        details={**_asked(request, call), "status": answer.status},
        suggestions=["Set the connection's schema, host and port to where the service itself is."],
        request_id=call.request_id,
    )


def _asked(request: Outgoing, call: Call) -> dict[str, Any]:
    return {"operation": call.what, "method": request.method, "url": without_userinfo(request.url)}
