"""The tree of errors: five categories, one wire form, the same table in both directions."""

from __future__ import annotations

import pytest

from dean_provider.contract.problem import Problem, to_error, to_problem
from dean_provider.errors import (
    BusinessError,
    ConfigurationError,
    DeanError,
    NetworkError,
    NotFoundError,
    ResourceError,
    ServiceError,
    error_classes,
)

CATEGORIES = (ServiceError, NetworkError, ConfigurationError, ResourceError, BusinessError)
CLASSES = sorted((cls for cls in error_classes().values() if cls.__module__ == DeanError.__module__), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_belongs_to_one_of_the_five_categories(cls: type[DeanError]) -> None:
    assert cls is DeanError or sum(issubclass(cls, category) for category in CATEGORIES) == 1


def test_codes_are_unique() -> None:
    def walk(cls: type[DeanError]) -> list[type[DeanError]]:
        return [cls, *(item for child in cls.__subclasses__() for item in walk(child))]

    everything = walk(DeanError)
    assert len({cls.error_code for cls in everything}) == len(everything)


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_survives_the_wire(cls: type[DeanError]) -> None:
    error = cls("it broke", details={"field": "x"}, suggestions=["mend it"], request_id="r-1")
    back = to_error(Problem.model_validate_json(to_problem(error).model_dump_json()))
    assert type(back) is cls
    assert (back.message, back.details, back.suggestions, back.request_id) == ("it broke", {"field": "x"}, ["mend it"], "r-1")
    assert back.timestamp == error.timestamp
    assert back.retryable == error.retryable


def test_an_unknown_code_is_still_an_error() -> None:
    problem = to_problem(NotFoundError("gone")).model_copy(update={"error_code": "from_the_future"})
    assert type(to_error(problem)) is DeanError


def test_the_text_ends_with_the_first_next_step() -> None:
    assert str(NotFoundError("No trial x.", suggestions=["List them.", "Or not."])) == "No trial x. List them."
