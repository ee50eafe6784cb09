"""When a task's failure is a trial's."""

from __future__ import annotations

from typing import Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from dean_provider.contract.events.trial import TrialFailed
from dean_provider.errors import DeanError

__all__ = ["failure", "is_final", "is_last_try"]

_LONGEST_TEXT = 2000


def is_final(error: Exception, context: Any) -> bool:
    """Whether no other try of this task comes after ``error``."""
    if isinstance(error, AirflowSkipException):
        return False
    mistake = isinstance(error, AirflowFailException) or (isinstance(error, DeanError) and not error.retryable)
    return mistake or is_last_try(context)


def is_last_try(context: Any) -> bool:
    """Whether Airflow will not try this task again by itself. A clear grants further tries, and ``airflow dags test`` counts them too."""
    ti: Any = context["ti"]
    return bool(ti.try_number > ti.max_tries)


def failure(error: Exception, context: Any) -> TrialFailed:
    """That the trial failed because this task did."""
    ti: Any = context["ti"]
    text = getattr(error, "message", "") or str(error) or type(error).__name__
    code = str(getattr(error, "error_code", ""))
    return TrialFailed(error=text[:_LONGEST_TEXT], error_code=code, task_id=ti.task_id, try_number=ti.try_number)
