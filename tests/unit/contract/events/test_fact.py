"""Every fact keeps what it says on the wire, in every version there ever was."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import ValidationError

from dean_provider.contract.events import Fact, UnknownFact, fact, fact_type, fact_types, read_fact, register, upcaster

KINDS = {
    "requested": "trial.requested",
    "validated": "trial.validated",
    "services checked": "services.checked",
    "population initialized": "population.initialized",
    "started": "trial.started",
    "generation completed": "generation.completed",
    "diversity intervened": "diversity.intervened",
    "budget warned": "budget.warned",
    "budget exhausted": "budget.exhausted",
    "pattern discovered": "pattern.discovered",
    "pattern applied": "pattern.applied",
    "pattern refused": "pattern.refused",
    "approval asked": "approval.asked",
    "approval given": "approval.given",
    "paused": "trial.paused",
    "resumed": "trial.resumed",
    "completed": "trial.completed",
    "failed": "trial.failed",
    "cancelled": "trial.cancelled",
    "compensated": "trial.compensated",
    "forked": "trial.forked",
    "configuration changed": "configuration.changed",
    "alert raised": "alert.raised",
    "alert acknowledged": "alert.acknowledged",
    "alert resolved": "alert.resolved",
}


@pytest.fixture
def measured(monkeypatch):
    """A fact that has been through three versions: a unit was added, then a field renamed."""
    monkeypatch.setattr(fact, "_types", dict(fact_types()))
    monkeypatch.setattr(fact, "_upcasts", {})

    @register
    class Measured(Fact):
        event_type: ClassVar[str] = "test.measured"
        schema_version: ClassVar[int] = 3

        value: float
        unit: str

    @upcaster("test.measured", 1)
    def add_unit(details):
        return {**details, "unit": "s"}

    @upcaster("test.measured", 2)
    def rename(details):
        return {"value": details["seconds"], "unit": details["unit"]}

    return Measured


@pytest.mark.parametrize("name", KINDS.values(), ids=KINDS)
def test_the_whole_life_of_a_trial_can_be_told(name) -> None:
    assert fact_type(name) is not None


@pytest.mark.parametrize("kind", fact_types().values(), ids=fact_types())
def test_a_fact_is_described_and_its_name_fits_its_column(kind) -> None:
    assert kind.__doc__
    assert 0 < len(kind.event_type) <= 50
    assert kind.model_config["frozen"]


@pytest.mark.parametrize(
    ("version", "details"),
    [(1, {"seconds": 2}), (2, {"seconds": 2, "unit": "s"}), (3, {"value": 2, "unit": "s"}), (3, {"value": 2, "unit": "s", "more": 1})],
)
def test_every_version_is_read_as_the_newest(measured, version, details) -> None:
    assert read_fact("test.measured", version, details) == measured(value=2, unit="s")


def test_what_is_stored_is_not_changed_by_reading_it(measured) -> None:
    details = {"seconds": 2}
    read_fact("test.measured", 1, details)
    assert details == {"seconds": 2}


@pytest.mark.parametrize(("name", "version"), [("test.measured", 4), ("test.unheard_of", 1)])
def test_what_nobody_knows_is_kept_as_it_came(measured, name, version) -> None:
    read = read_fact(name, version, {"a": [1, {"b": None}]})
    assert isinstance(read, UnknownFact)
    assert (read.named, read.at_version, read.details()) == (name, version, {"a": [1, {"b": None}]})


def test_a_version_without_a_way_up_is_kept_too(measured, monkeypatch) -> None:
    monkeypatch.setattr(fact, "_upcasts", {})
    assert isinstance(read_fact("test.measured", 1, {"seconds": 2}), UnknownFact)


def test_a_known_version_keeps_its_promise(measured) -> None:
    with pytest.raises(ValidationError):
        read_fact("test.measured", 3, {"unit": "s"})


@pytest.mark.parametrize("name", ["", "x" * 51, "trial.started"])
def test_a_name_is_one_fact_s_own(measured, name) -> None:
    class Other(Fact):
        event_type: ClassVar[str] = name

    with pytest.raises(ValueError, match="of its own"):
        register(Other)
