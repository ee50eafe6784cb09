from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.orm import Session

from dean_provider.state import leases

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def hold(engine):

    def act(holder, after=0.0, name="job", gone=lambda _: False):
        with Session(engine) as session, session.begin():
            return leases.hold(session, name, holder, 10, gone=gone, now=NOW + timedelta(seconds=after))

    act.engine = engine
    return act


def test_one_of_two_has_it(hold):
    assert [hold("a"), hold("b"), hold("a"), hold("b")] == [True, False, True, False]


def test_whether_another_has_it_is_seen_without_taking_it(hold):
    def taken(holder, after=0.0, gone=lambda _: False):
        with Session(hold.engine) as session:
            return leases.is_taken(session, "job", holder, gone=gone, now=NOW + timedelta(seconds=after))

    assert not taken("b")
    assert hold("a")
    assert [taken("b"), taken("a"), taken("b", 11), taken("b", gone=lambda holder: holder == "a")] == [True, False, False, False]


def test_two_things_are_two_leases(hold):
    assert hold("a")
    assert hold("b", name="other")


def test_renewed_it_goes_on(hold):
    assert [hold("a"), hold("a", 9), hold("b", 11), hold("a", 18), hold("b", 27)] == [True, True, False, True, False]


def test_when_its_holder_is_gone_another_takes_it(hold):
    assert [hold("a"), hold("b", 9.9), hold("b", 10), hold("a", 10.1)] == [True, False, True, False]


def test_given_up_it_is_free(hold):
    hold("a")
    with Session(hold.engine) as session, session.begin():
        leases.release(session, "job", "b")
    assert not hold("b", 1)
    with Session(hold.engine) as session, session.begin():
        leases.release(session, "job", "a")
    assert hold("b", 1)


def test_nobody_waits_for_a_holder_that_is_known_to_be_dead(hold):
    assert [hold("a"), hold("b", gone="c".__eq__), hold("b", gone="a".__eq__), hold("a", 1)] == [True, False, True, False]
