from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider import errors
from dean_provider.errors import DeanError, error_classes
from dean_provider.hooks.clock import Clock
from dean_provider.hooks.retry import RetryPolicy, worth_repeating


def pauses_of(
    policy: RetryPolicy, failures: list[DeanError], *, deadline: float = 1e9, repeatable: bool = True, jitter: float = 1.0
) -> Any:
    """The pauses taken while a call fails with ``failures`` one after another, and how it ended."""
    told: list[float] = []
    elapsed = 0.0
    left = list(failures)
    clock = Clock(monotonic=lambda: elapsed, uniform=lambda low, high: low + (high - low) * jitter)
    try:
        for attempt in policy.retrying(repeatable=repeatable, ends=deadline, clock=clock, sleep=told.append, what="x"):
            elapsed = sum(told)
            with attempt:
                if left:
                    raise left.pop(0)
    except DeanError as error:
        return told, error
    return told, None


def test_pauses_double_up_to_a_longest() -> None:
    policy = RetryPolicy(attempts=8, base=0.5, longest=4)

    assert pauses_of(policy, [errors.ServiceFailureError("x")] * 7) == ([0.5, 1, 2, 4, 4, 4, 4], None)


@given(st.integers(1, 12), st.floats(0, 10), st.floats(0, 60), st.floats(0, 100), st.floats(0, 1), st.lists(st.floats(0, 50), max_size=12))
def test_attempts_and_time_are_bounded(
    attempts: int, base: float, longest: float, deadline: float, jitter: float, asked: list[float]
) -> None:
    policy = RetryPolicy(attempts, base, longest)
    failures = [errors.ServiceUnavailableError("x", retry_after=seconds) for seconds in asked] + [errors.ServiceFailureError("y")] * 20

    told, error = pauses_of(policy, failures, deadline=deadline, jitter=jitter)

    assert error is not None
    assert len(told) < attempts
    assert sum(told) <= deadline
    assert all(pause >= seconds for pause, seconds in zip(told, asked, strict=False))
    assert all(pause <= longest + 1e-9 for pause in told[len(asked) :])


@pytest.mark.parametrize("code", error_classes())
def test_what_is_worth_repeating(code: str) -> None:
    cls = error_classes()[code]
    error = cls("x")

    assert worth_repeating(error, repeatable=True) == (cls.retryable and cls is not errors.CircuitOpenError)
    assert worth_repeating(error, repeatable=False) == (cls is errors.RateLimitedError)


def test_other_exceptions_pass_at_once() -> None:
    assert not worth_repeating(KeyError("x"), repeatable=True)
    assert not worth_repeating(KeyboardInterrupt(), repeatable=True)


def test_what_was_never_sent_may_always_be_sent() -> None:
    assert worth_repeating(errors.ConnectionFailedError("x", details={"sent": False}), repeatable=False)
