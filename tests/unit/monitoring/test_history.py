"""Figures over time: bounded, thinned out, and asked for by name, service, type and labels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dean_provider.contract.monitoring import MetricType
from dean_provider.monitoring.history import History
from dean_provider.monitoring.reading import Sample
from dean_provider.monitoring.track import Track
from tests.unit.monitoring.conftest import START


def test_every_point_of_late_and_one_a_minute_before() -> None:
    track = Track(fine_seconds=60, seconds=600)
    for second in range(0, 1200, 10):
        track.add(float(second), float(second))
    points = list(track.between())
    assert [time for time, _ in points if time >= 1190 - 60] == [1130, 1140, 1150, 1160, 1170, 1180, 1190]
    older = [time for time, _ in points if time < 1120]
    assert all(time % 60 == 50 for time in older)
    assert 590 <= older[0] <= 650
    assert all(time == value for time, value in points)


def test_a_point_that_comes_late_is_ignored() -> None:
    track = Track(60, 600)
    track.add(10, 1)
    track.add(10, 2)
    track.add(5, 3)
    assert list(track.between()) == [(10, 1)]


def test_a_counter_that_began_anew_has_grown_all_the_same() -> None:
    track = Track(600, 600)
    for time, value in ((0, 5), (10, 9), (20, 2), (30, 4)):
        track.add(time, value)
    assert track.increase(100, 30) == 8
    assert track.rate(100, 30) == pytest.approx(8 / 30)
    assert track.increase(5, 30) is None
    assert track.at(15) == 9
    assert track.at(-1) is None


def test_an_older_reading_is_not_taken_in_again(reading) -> None:
    history = History()
    assert history.add(reading(10, Sample("a", 1)))
    assert not history.add(reading(10, Sample("a", 2)))
    assert not history.add(reading(0, Sample("a", 3)))
    (series,) = history.select("a")
    assert history.points(series) == [((START + timedelta(seconds=10)).timestamp(), 1)]


def test_series_are_selected(reading) -> None:
    history = History()
    samples = [Sample.of("up", 1, "one"), Sample.of("up", 0, "two", zone="a"), Sample.of("calls", 3, "two", zone="a")]
    history.add(reading(0, *samples, counters=("calls",)))
    assert [one.service for one in history.select("up")] == ["one", "two"]
    assert [one.name for one in history.select(service="two")] == ["calls", "up"]
    assert [one.name for one in history.select(type=MetricType.COUNTER)] == ["calls"]
    assert [one.service for one in history.select("up", labels={"zone": "a"})] == ["two"]
    assert history.select("none") == []


def test_what_is_no_longer_told_has_no_value_now(reading) -> None:
    history = History()
    history.add(reading(0, Sample("gone", 1), Sample("here", 1)))
    history.add(reading(10, Sample("here", 2)))
    assert [one.name for one in history.select(live=True)] == ["here"]
    assert [one.name for one in history.select()] == ["gone", "here"]


def test_of_too_many_series_those_go_that_were_not_seen_for_longest(reading) -> None:
    history = History(most=3)
    history.add(reading(0, *(Sample(name, 1) for name in "abc")))
    history.add(reading(10, Sample("a", 1), Sample("d", 1)))
    assert [one.name for one in history.select()] == ["a", "c", "d"]


def test_what_is_gone_for_long_is_forgotten(reading) -> None:
    history = History(600)
    history.add(reading(0, Sample("gone", 1)))
    history.add(reading(700, Sample("here", 1)))
    assert [one.name for one in history.select()] == ["here"]
    assert len(history) == 1
