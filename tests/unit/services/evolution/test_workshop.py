from __future__ import annotations

import threading

import numpy as np
import pytest

from dean_provider.errors import ServiceUnavailableError
from dean_provider.services.evolution.evaluation.evaluator import Interrupted
from dean_provider.services.evolution.lookup import trial_row
from dean_provider.services.evolution.workshop import Workshop


class Stopped:
    def evaluate(self, task, interrupt):
        raise Interrupted


def test_a_stop_in_the_middle_is_said_and_is_no_crash(evolution_app, store_trial):
    store_trial("t", status="completed")
    app = evolution_app
    workshop = Workshop(app.database, app.economy, app.indexagent, Stopped(), now=app.now, closing=threading.Event())
    with app.database.read() as session:
        trial = trial_row(session, "t")
    with pytest.raises(ServiceUnavailableError, match="stops"):
        workshop.evaluate(trial, np.zeros((2, 3)))
