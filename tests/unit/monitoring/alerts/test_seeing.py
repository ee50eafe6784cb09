from __future__ import annotations

import pytest

from dean_provider.monitoring.alerts.seeing import see
from dean_provider.monitoring.reading import Sample


def _see(world, made, *rounds):
    for samples in rounds:
        world.tell(*samples)
    return {", ".join(value for _, value in group): value for group, value in see(made, world.history, world.now).items()}


def _of(*values, **labels):
    return [[Sample.of("temperature", value, **labels)] for value in values]


@pytest.mark.parametrize(
    ("fields", "values", "found"),
    [
        ({}, [1, 5, 3], 3),
        ({"take": "average", "over": "20s"}, [90, 1, 5, 3], 3),
        ({"take": "minimum", "over": "20s"}, [0, 4, 5, 3], 3),
        ({"take": "maximum", "over": "20s"}, [9, 4, 5, 3], 5),
        ({"take": "increase", "over": "30s"}, [1, 5, 3, 4], 8),
        ({"take": "rate", "over": "20s"}, [1, 5, 25], 1.2),
    ],
)
def test_a_figure_is_taken_over_time(world, rule, fields, values, found) -> None:
    assert _see(world, rule(**fields), *_of(*values)) == {"": pytest.approx(found)}


def test_a_counter_that_was_seen_once_has_not_grown(world, rule) -> None:
    assert _see(world, rule(take="increase", over="30s"), *_of(5)) == {}


@pytest.mark.parametrize(
    ("fields", "found"),
    [({}, 7), ({"below": 1}, 2), ({"combine": "sum"}, 12), ({"where": {"room": "a"}}, 3), ({"where": {"room": ["a", "b"]}}, 3)],
)
def test_several_series_are_combined(world, rule, fields, found) -> None:
    samples = [Sample.of("temperature", value, room=room) for room, value in (("a", 3), ("b", 2), ("c", 7))]
    assert _see(world, rule(**fields), samples) == {"": found}


def test_the_service_is_a_label_like_others(world, rule) -> None:
    samples = [Sample.of("temperature", 3, "one"), Sample.of("temperature", 4, "two")]
    assert _see(world, rule(by=["service"]), samples) == {"one": 3, "two": 4}
    assert _see(world, rule(where={"service": "two"}), samples) == {"": 4}


def test_what_is_no_longer_told_has_no_value(world, rule) -> None:
    assert _see(world, rule(), *_of(3), []) == {}


def test_shares_need_enough_of_the_whole(world, rule) -> None:
    failing = rule(take="increase", over="1m", divided_by={"metric": "all", "at_least": 10}, by=["service"], combine="sum", above=0.5)

    def told(failed, everything):
        return [
            *(Sample.of("temperature", value, name) for name, value in failed.items()),
            *(Sample.of("all", value, name) for name, value in everything.items()),
        ]

    rounds = told({"a": 0, "b": 0}, {"a": 0, "b": 0, "c": 0}), told({"a": 6, "b": 2}, {"a": 12, "b": 3, "c": 20})
    assert _see(world, failing, *rounds) == {"a": 0.5, "c": 0}


def test_a_share_of_what_is_not_told_is_none(world, rule) -> None:
    half = rule(divided_by={"metric": "all"}, by=["room"])
    samples = [
        Sample.of("temperature", 3, room="a"),
        Sample.of("all", 6, room="a"),
        Sample.of("all", 6, room="b"),
        Sample.of("all", 0, room="c"),
    ]
    assert _see(world, half, samples) == {"a": 0.5}


def test_what_is_excused_is_not_seen(world, rule) -> None:
    samples = [Sample.of("temperature", 3, room=room) for room in ("a", "b", "c")]
    excuses = [Sample.of("paused", 1, room="a"), Sample.of("paused", 0, room="b")]
    assert _see(world, rule(by=["room"], unless="paused"), [*samples, *excuses]) == {"b": 3, "c": 3}
