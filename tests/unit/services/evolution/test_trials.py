from __future__ import annotations

import threading
from datetime import datetime, timezone

import pytest

from dean_provider.contract.trial import StartTrial, StopTrial, TrialStatus
from dean_provider.services.evolution.conductor import Conductor
from dean_provider.services.evolution.trials import Trials

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class SlowConductor(Conductor):
    """Lets something happen between what a stop stores and what it tells the conductor."""

    between: threading.Thread | None = None

    def interrupt(self, trial_id):
        if self.between is not None:
            self.between.start()
            self.between.join(0.5)
        super().interrupt(trial_id)


@pytest.fixture
def conductor(evolution_app):
    made = SlowConductor(evolution_app.records, None, max_running=1)
    made._closed = True  # nothing leaves the queue
    return made


@pytest.fixture
def trials(evolution_app, conductor):
    return Trials(evolution_app.database, conductor, None, lambda: NOW, lambda _: None)


def test_a_start_in_the_middle_of_a_stop_is_not_lost(trials, conductor, store_trial):
    """A killed task stops its trial while the next attempt starts it again."""
    found = []
    request = StartTrial(trial_id="t", population_id="p", config=store_trial("t"))
    conductor.between = threading.Thread(target=lambda: found.append(trials.start(request)))
    trials.stop(StopTrial(trial_id="t"))
    conductor.between.join()
    assert (found[0].status, list(conductor._queue)) == (TrialStatus.PENDING, ["t"])
