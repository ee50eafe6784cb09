"""A circuit breaker for each service: closed, open, half-open.

After enough failures in a row it opens and refuses calls at once; after a while it lets one call through (half-open), whose outcome closes
it or opens it again. purgatory keeps the state: in this process, or in Redis where all processes share it. When Redis is away the breaker
goes on in this process and looks for Redis again later: a broken Redis must not stop calls to a healthy service.

Only outages count: no connection, no answer, 5xx. An answer that refuses the request shows that the service lives; a call that was
cancelled, or that this process had no connection for, shows nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from purgatory import SyncCircuitBreakerFactory
from purgatory.domain.model import HALF_OPENED, Context, OpenedState

from dean_provider.errors import (
    CircuitOpenError,
    ConnectionFailedError,
    ConnectionsExhaustedError,
    DeanError,
    RequestTimeoutError,
    ServiceFailureError,
    ServiceUnavailableError,
)
from dean_provider.hooks.clock import Clock

if TYPE_CHECKING:
    from dean_provider.hooks.shared_state import SharedState

__all__ = ["Admission", "CircuitBreaker", "is_outage"]

_log = logging.getLogger(__name__)
_OUTAGES = (ConnectionFailedError, RequestTimeoutError, ServiceFailureError, ServiceUnavailableError)
_WITHOUT_SHARED_SECONDS = 30.0
_WORDS = {"closed": "closed", "opened": "open", "half-opened": "half-open"}


def is_outage(error: BaseException | None) -> bool:
    """Whether ``error`` says that the service cannot be used now."""
    return isinstance(error, _OUTAGES)


def _says_nothing(error: BaseException | None) -> bool:
    return error is not None and (not isinstance(error, DeanError) or isinstance(error, ConnectionsExhaustedError))


@dataclass(frozen=True)
class Admission:
    """A call that was let through, and the circuit that will hear how it ended."""

    circuit: Any
    probe: bool
    shared: bool


class CircuitBreaker:
    """Decides whether calls to one service are let through.

    :param name: the service and its address, the same in every process that shares the state.
    :param threshold: failures in a row that open it.
    :param reset_seconds: how long it stays open before one call is let through.
    :param shared: state shared with other processes.
    """

    def __init__(
        self, name: str, *, threshold: int, reset_seconds: float, shared: SharedState | None = None, clock: Clock | None = None
    ) -> None:
        self.name = name
        self._threshold = threshold
        self._reset_seconds = reset_seconds
        self._clock = clock or Clock()
        self._memory = SyncCircuitBreakerFactory(threshold, reset_seconds)
        self._memory.add_listener(_say)
        self._shared = shared
        self._shared_again_at = 0.0
        self._probe_ends = 0.0

    @property
    def shared(self) -> bool:
        """Whether the state is kept in Redis now."""
        return self._shared is not None and self._clock.monotonic() >= self._shared_again_at

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half-open``, as this process knows it."""
        return _WORDS[self._memory.get_breaker(self.name).context.state]

    def admit(self) -> Admission:
        """Let a call through.

        :raises CircuitOpenError: when the circuit is open.
        """
        if self._shared is not None and self.shared:
            try:
                circuit = self._shared.load(self.name, self._threshold, self._reset_seconds)
                admission = self._admitted(circuit, shared=True)
                if admission.probe:
                    self._shared.hold(circuit, self._clock.now())
            except self._shared.failures as error:
                self._do_without(error)
            else:
                return admission
        return self._admitted(self._memory.get_breaker(self.name), shared=False)

    async def aadmit(self) -> Admission:
        """:meth:`admit` for an event loop."""
        if self._shared is not None and self.shared:
            try:
                circuit = await self._shared.aload(self.name, self._threshold, self._reset_seconds)
                admission = self._admitted(circuit, shared=True)
                if admission.probe:
                    await self._shared.ahold(circuit, self._clock.now())
            except self._shared.failures as error:
                self._do_without(error)
            else:
                return admission
        return self._admitted(self._memory.get_breaker(self.name), shared=False)

    def settle(self, admission: Admission, error: BaseException | None) -> None:
        """Tell how an admitted call ended, also when that says nothing about the service."""
        self._probe_ends = 0.0 if admission.probe else self._probe_ends
        if _says_nothing(error):
            return
        outage = error if is_outage(error) else None
        try:
            admission.circuit.__exit__(type(outage) if outage else None, outage, None)
        except self._failures(admission) as failure:
            self._do_without(failure)

    async def asettle(self, admission: Admission, error: BaseException | None) -> None:
        """:meth:`settle` for an event loop."""
        if not admission.shared:
            self.settle(admission, error)
            return
        self._probe_ends = 0.0 if admission.probe else self._probe_ends
        if _says_nothing(error):
            return
        outage = error if is_outage(error) else None
        try:
            await admission.circuit.__aexit__(type(outage) if outage else None, outage, None)
        except self._failures(admission) as failure:
            self._do_without(failure)

    def _admitted(self, circuit: Any, *, shared: bool) -> Admission:
        context: Context = circuit.context
        try:
            context.handle_new_request()
        except OpenedState as state:
            raise self._refusal(state.opened_at + self._reset_seconds - self._clock.now()) from None
        probe = context.state == HALF_OPENED
        if probe:
            now = self._clock.monotonic()
            if now < self._probe_ends:
                raise self._refusal(self._probe_ends - now)
            self._probe_ends = now + self._reset_seconds
        return Admission(circuit, probe, shared)

    def _refusal(self, seconds: float) -> CircuitOpenError:
        seconds = max(0.0, round(seconds, 1))
        return CircuitOpenError(
            f"{self.name} failed {self._threshold} times in a row; calls are refused for another {seconds:g} s.",
            details={"circuit": self.name, "threshold": self._threshold},
            suggestions=["Find out why the service fails; it is tried again by itself."],
            retry_after=seconds,
        )

    def _failures(self, admission: Admission) -> tuple[type[BaseException], ...]:
        return self._shared.failures if admission.shared and self._shared is not None else ()

    def _do_without(self, error: BaseException) -> None:
        self._shared_again_at = self._clock.monotonic() + _WITHOUT_SHARED_SECONDS
        _log.warning(
            "Redis is away (%s): the circuit breaker of %s is kept in this process for %.0f s.",
            type(error).__name__,
            self.name,
            _WITHOUT_SHARED_SECONDS,
        )


def _say(name: str, kind: str, event: Any) -> None:
    if kind == "state_changed":
        _log.warning("The circuit breaker of %s is %s.", name, _WORDS.get(event.state, event.state))
