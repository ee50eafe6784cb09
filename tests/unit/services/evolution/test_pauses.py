from __future__ import annotations

from datetime import datetime, timedelta, timezone

from dean_provider.services.evolution.pauses import begin_pause, end_pause
from dean_provider.services.evolution.tables import TrialRow

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def test_pauses_add_up_and_asking_again_changes_nothing():
    row = TrialRow(paused_seconds=0.0)
    for start in (0, 100):
        begin_pause(row, after(start))
        begin_pause(row, after(start + 5))
        assert row.paused_at == after(start)
        end_pause(row, after(start + 20))
        end_pause(row, after(start + 30))
    assert (row.paused_seconds, row.paused_at) == (40.0, None)


def test_a_clock_that_is_set_back_takes_nothing_away():
    row = TrialRow(paused_seconds=7.0)
    begin_pause(row, after(0))
    end_pause(row, after(-60))
    assert row.paused_seconds == 7.0


def test_a_trial_stopped_while_held_is_held_no_longer(evolution, store_trial):
    store_trial("t")
    assert evolution.post("/api/v1/trials/t/pause").json()["paused_at"] is not None
    assert evolution.post("/api/v1/trials/t/stop", json={}).json()["paused_at"] is None
