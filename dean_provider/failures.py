"""Errors of the house as Airflow understands them: what a retry may mend is retried, a mistake fails at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dean_provider.errors import DeanError

__all__ = ["as_airflow", "described", "failing_as_airflow"]


def described(error: DeanError) -> str:
    """``error`` for a person: what is wrong, every problem on a line of its own, what to do, and the call's id."""
    problems = error.details.get("problems")
    if isinstance(problems, list) and problems:
        lines = [error.message.partition(":")[0].rstrip(".") + ":", *(f"  - {_problem(problem)}" for problem in problems)]
    else:
        lines = [error.message]
    if error.suggestions and not problems:
        lines.append("What to do: " + " ".join(error.suggestions[:3]))
    if error.request_id:
        lines.append(f"Correlation id: {error.request_id}")
    return "\n".join(lines)


def _problem(problem: object) -> str:
    if not isinstance(problem, dict):
        return str(problem)
    field, value, rule = problem.get("field"), problem.get("value"), problem.get("rule", "")
    text = str(rule) if str(rule).startswith(str(field)) else f"{field}" + (f" = {value!r}" if value is not None else "") + f": {rule}"
    origin, suggestion = problem.get("origin"), problem.get("suggestion")
    return text + (f" (from {origin})" if origin else "") + (f". {suggestion}" if suggestion else "")


def as_airflow(error: DeanError) -> AirflowException:
    """The exception Airflow should see: one it retries when a retry helps, one that fails the task otherwise."""
    cls = AirflowException if error.retryable else AirflowFailException
    return cls(described(error))


@contextmanager
def failing_as_airflow() -> Iterator[None]:
    """Let errors of the house leave as Airflow's, without a traceback through our own code."""
    try:
        yield
    except DeanError as error:
        raise as_airflow(error) from None
