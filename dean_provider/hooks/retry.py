"""When a call is tried again, and after which pause.

tenacity keeps the count and the loop; here is what it asks: whether an error is worth another attempt, how long to wait, when to give up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, wait_exponential
from tenacity.wait import wait_base

from dean_provider.errors import CircuitOpenError, DeanError, RateLimitedError
from dean_provider.hooks.clock import Clock
from dean_provider.hooks.connection import Settings
from dean_provider.hooks.failures import never_sent

__all__ = ["RetryPolicy", "worth_repeating"]

_log = logging.getLogger(__name__)


def worth_repeating(error: BaseException, *, repeatable: bool) -> bool:
    """Whether another attempt may succeed and can do no harm.

    :param repeatable: doing it twice is the same as doing it once. If not, only what the service cannot have acted on is repeated.

    An open circuit breaker is not waited for: it is there so that callers need not wait.
    """
    if not isinstance(error, DeanError) or not error.retryable or isinstance(error, CircuitOpenError):
        return False
    return repeatable or never_sent(error) or isinstance(error, RateLimitedError)


class _Pause(wait_base):
    """Exponential with jitter between half and all of it, or what the service asked for, whichever is longer."""

    def __init__(self, base: float, longest: float, uniform: Callable[[float, float], float]) -> None:
        self._exponential = wait_exponential(multiplier=base, max=longest)
        self._uniform = uniform

    def __call__(self, retry_state: RetryCallState) -> float:
        full = self._exponential(retry_state)
        pause = self._uniform(full / 2, full)
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after if isinstance(error, DeanError) else None
        return max(pause, asked or 0.0)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a call is repeated.

    :param attempts: tries in all.
    :param base: seconds before the second try; they double.
    :param longest: seconds between two tries at most, unless the service asks for more.
    """

    attempts: int = 5
    base: float = 0.25
    longest: float = 10.0

    @classmethod
    def of(cls, settings: Settings) -> RetryPolicy:
        """The policy a connection asks for."""
        options = settings.options
        return cls(options.attempts, options.backoff_seconds, options.max_backoff_seconds)

    def retrying(self, *, repeatable: bool, ends: float, clock: Clock, sleep: Callable[[float], None], what: str) -> Retrying:
        """tenacity's loop over the attempts of one call.

        :param ends: when, on the clock's monotonic time, the call must be over: no pause reaches beyond it.
        :param sleep: told each pause; whoever drives the call does the waiting.
        :param what: names the call in the log.
        """

        def give_up(state: RetryCallState) -> bool:
            return state.attempt_number >= self.attempts or clock.monotonic() + state.upcoming_sleep >= ends

        def again(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            return error is not None and worth_repeating(error, repeatable=repeatable)

        def say(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            _log.warning("%s failed (attempt %d): %s Again in %.1f s.", what, state.attempt_number, error, state.upcoming_sleep)

        return Retrying(
            sleep=sleep,
            wait=_Pause(self.base, self.longest, clock.uniform),
            stop=give_up,
            retry=again,
            before_sleep=say,
            reraise=True,
        )
