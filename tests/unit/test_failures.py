from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dean_provider.config import resolve
from dean_provider.errors import DeanError, InvalidConfigurationError, error_classes
from dean_provider.failures import as_airflow, described, failing_as_airflow


@pytest.mark.parametrize("cls", error_classes().values())
def test_airflow_retries_exactly_what_a_retry_may_mend(cls):
    failure = as_airflow(cls("x"))
    assert isinstance(failure, AirflowException)
    assert isinstance(failure, AirflowFailException) is not cls.retryable


def test_every_problem_has_a_line_with_its_origin_and_what_to_do():
    with pytest.raises(InvalidConfigurationError) as refused:
        resolve({"populationsize": 5, "elite_size": 70})
    assert described(refused.value).splitlines() == [
        "The configuration has 2 problems:",
        "  - populationsize = 5: is not a setting (from conf). Did you mean population_size?",
        "  - elite_size (70) must be below population_size (60) (from conf). Set elite_size to 59 or less.",
    ]


def test_without_problems_it_says_what_to_do_and_which_call_it_was():
    text = described(DeanError("It broke.", suggestions=["Mend it."], request_id="r-1"))
    assert text.splitlines() == ["It broke.", "What to do: Mend it.", "Correlation id: r-1"]


def test_what_is_no_error_of_ours_passes():
    with pytest.raises(ZeroDivisionError), failing_as_airflow():
        _ = 1 / 0


def test_a_user_does_not_see_our_own_traceback():
    with pytest.raises(AirflowFailException) as failure, failing_as_airflow():
        raise InvalidConfigurationError("Wrong.")
    assert failure.value.__suppress_context__
