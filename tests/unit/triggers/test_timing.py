from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dean_provider.contract.trial import Trial, TrialStatus
from dean_provider.triggers.timing import Deadline, RunningTime, Timing


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
def test_running_time_adds_up_what_was_not_paused(steps):
    clock = [50.0]
    running = RunningTime(0.0, Timing(wall=lambda: 0.0, monotonic=lambda: clock[0]))
    expected = 0.0
    for status, seconds in steps:
        running.observe(Trial(trial_id="t", status=TrialStatus(status)))
        clock[0] += seconds
        expected += seconds if status != "paused" else 0.0
    assert abs(running.seconds - expected) < 1e-6


def test_the_service_knows_better_at_first_sight(make_trial, virtual_time):
    running = RunningTime(virtual_time.now - 500, virtual_time.timing())
    running.observe(make_trial("running", 3, elapsed_seconds=20.0))
    assert running.seconds == 20.0
