from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.triggers.timing import Deadline, PausedTime, RunningTime, Timing, paused_seconds


def test_a_deadline_survives_a_jump_of_the_wall_clock(virtual_time):
    wall = [1000.0]
    timing = Timing(wall=lambda: wall[0], monotonic=lambda: virtual_time.now)
    deadline = Deadline(1060.0, timing)
    wall[0] += 3600
    assert deadline.remaining() == 60
    virtual_time.now += 60
    assert deadline.passed


def test_no_deadline_never_comes(virtual_time):
    assert not Deadline(None, virtual_time.timing()).passed


@given(steps=st.lists(st.tuples(st.sampled_from(["running", "paused", "pending"]), st.floats(0, 1000)), max_size=20))
def test_running_time_adds_up_what_was_seen_running(steps):
    clock = [50.0]
    running = RunningTime(0.0, Timing(wall=lambda: 0.0, monotonic=lambda: clock[0]))
    expected = 0.0
    for status, seconds in steps:
        running.observe(Trial(trial_id="t", status=TrialStatus(status)))
        clock[0] += seconds
        expected += seconds if status == "running" else 0.0
    assert abs(running.seconds - expected) < 1e-6


def test_the_service_knows_better_at_first_sight(make_trial, virtual_time):
    running = RunningTime(virtual_time.now - 500, virtual_time.timing())
    running.observe(make_trial("running", 3, elapsed_seconds=20.0))
    assert running.seconds == 20.0


@pytest.mark.parametrize(("status", "started", "expected"), [("pending", None, 0), ("running", -20, 20), ("running", None, 500)])
def test_time_in_the_queue_is_no_running_time(make_trial, virtual_time, status, started, expected):
    running = RunningTime(virtual_time.now - 500, virtual_time.timing())
    running.observe(make_trial(status, -1, started_at=None if started is None else at(virtual_time.now + started)))
    assert running.seconds == expected
    virtual_time.now += 100
    assert running.seconds == expected + (100 if status == "running" else 0)


def at(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


STEPS = st.lists(st.tuples(st.sampled_from(["running", "paused"]), st.integers(0, 1000)), max_size=20)


@given(steps=STEPS, counts=st.booleans(), moved=st.integers(0, 20), before=st.integers(0, 500))
def test_a_deadline_comes_nearer_only_while_the_trial_is_not_held(steps, counts, moved, before):
    """Whether the service counts pauses or not; and where it does, whichever process goes on waiting."""
    clock = [1_000_000.0]
    timing = Timing(wall=lambda: clock[0], monotonic=lambda: clock[0] - 77.0)
    paused = PausedTime(before if counts else None, timing)
    deadline = Deadline(clock[0] + 100_000, timing, paused)
    held, since = float(before), None
    running = 0
    for number, (status, seconds) in enumerate(steps):
        since = (since or clock[0]) if status == "paused" else None
        fields = {"paused_seconds": held, "paused_at": at(since) if since else None} if counts else {}
        if counts and number == moved:
            paused = PausedTime(before, timing)
            deadline = Deadline(1_100_000.0, timing, paused)
        paused.observe(Trial(trial_id="t", status=TrialStatus(status), **fields))
        clock[0] += seconds
        running += seconds if status == "running" else 0
        if status == "paused" and (number + 1 == len(steps) or steps[number + 1][0] == "running"):
            held += clock[0] - since
        assert deadline.remaining() == pytest.approx(100_000 - running, abs=1e-3)


def test_a_wait_that_began_unseen_counts_pauses_from_its_first_answer(virtual_time, make_trial):
    paused = PausedTime(None, virtual_time.timing())
    paused.observe(make_trial("paused", 3, paused_seconds=40.0, paused_at=at(virtual_time.now - 10)))
    assert paused.seconds == 0
    virtual_time.now += 5
    assert paused.seconds == 5
    assert paused_seconds(make_trial("running", 3), 0.0) is None
