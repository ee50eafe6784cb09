"""Every fact has a name on the wire, and no two the same."""

from __future__ import annotations

import re

from dean_provider.contract.events import fact_types
from dean_provider.contract.events.names import EVENT_NAMES, event_name


def test_every_fact_that_is_known_has_a_name_of_its_own() -> None:
    assert set(EVENT_NAMES) == set(fact_types())
    assert len(set(EVENT_NAMES.values())) == len(EVENT_NAMES)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.[a-z]+", name) for name in EVENT_NAMES.values())


def test_the_specifications_name() -> None:
    assert event_name("generation.completed") == "evolution.generation.complete"


def test_a_fact_of_somebody_elses_keeps_its_name_below_other() -> None:
    assert event_name("own.seen") == "other.own.seen"
