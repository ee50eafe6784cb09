from __future__ import annotations

import threading
from datetime import datetime, timezone

import pytest

from dean_provider.contract.economy import AllocateTokens
from dean_provider.contract.trial import StartTrial, StopTrial, TrialStatus
from dean_provider.errors import BudgetExhaustedError, RateLimitedError
from dean_provider.services.evolution.admission import Admission
from dean_provider.services.evolution.conductor import Conductor
from dean_provider.services.evolution.economy import Economy
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
    admission = Admission(evolution_app.economy, evolution_app.indexagent, None, max_pending=10)
    return Trials(evolution_app.database, conductor, admission, lambda: NOW, lambda _: None)


def test_a_start_in_the_middle_of_a_stop_is_not_lost(trials, conductor, store_trial):
    """A killed task stops its trial while the next attempt starts it again."""
    found = []
    request = StartTrial(trial_id="t", population_id="p", config=store_trial("t"))
    conductor.between = threading.Thread(target=lambda: found.append(trials.start(request)))
    trials.stop(StopTrial(trial_id="t"))
    conductor.between.join()
    assert (found[0].status, list(conductor._queue)) == (TrialStatus.PENDING, ["t"])


def test_a_stopped_trial_is_resumed_only_when_its_tokens_are_there(trials, evolution_app, store_trial):
    economy = Economy(evolution_app.database, 20, lambda: NOW)
    trials.admission = Admission(economy, evolution_app.indexagent, None, max_pending=1)
    request = StartTrial(trial_id="t", population_id="p", config=store_trial("t", status="stopped"))
    economy.allocate(AllocateTokens(holder="somebody", tokens=9))
    with pytest.raises(BudgetExhaustedError):
        trials.start(request)
    assert trials.read(request).status is TrialStatus.STOPPED
    economy.allocate(AllocateTokens(holder="somebody", tokens=8))
    assert trials.start(request).status is TrialStatus.PENDING


def test_a_stopped_trial_is_resumed_only_when_there_is_room(trials, evolution_app, store_trial):
    trials.admission = Admission(evolution_app.economy, evolution_app.indexagent, None, max_pending=1)
    store_trial("other")
    with pytest.raises(RateLimitedError):
        trials.start(StartTrial(trial_id="t", population_id="p", config=store_trial("t", status="stopped")))
