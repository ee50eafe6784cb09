from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from dean_provider.contract.economy import AllocateTokens
from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.population import Population, PopulationGeneration
from dean_provider.contract.trial import TerminationReason, TrialRef
from dean_provider.engine.generation import initial
from dean_provider.engine.objectives import load_objective
from dean_provider.errors import BudgetExhaustedError, ConflictError, ConnectionFailedError, EvaluationError
from dean_provider.services.evolution import run
from dean_provider.services.evolution.evaluation.evaluator import Evaluated, Interrupted, OutOfTime
from dean_provider.services.evolution.lookup import trial_row
from dean_provider.services.evolution.run import Run
from dean_provider.services.evolution.trials import Trials

OBJECTIVE = load_objective("sphere", {})


class Agents:
    """An IndexAgent that knows generation 0 and then goes away."""

    def __init__(self):
        self.asked = threading.Event()

    def call(self, operation, request, **_):
        if operation is operations.READ_POPULATION:
            return Population(population_id="p", size=12, seed=1, space=OBJECTIVE.space)
        if operation is operations.READ_GENERATION:
            bred = initial(OBJECTIVE.space, 12, 1)
            return PopulationGeneration(
                population_id="p",
                generation=0,
                agent_ids=[f"a{position}" for position in range(12)],
                genomes=bred.genomes.tolist(),
                parents=bred.parents,
                variations=bred.variations,
                diversity=bred.diversity,
            )
        self.asked.set()
        raise ConnectionFailedError("IndexAgent is away.")


class Judge:
    def evaluate(self, task, interrupt):
        return Evaluated(OBJECTIVE.evaluate(np.array(task.genomes)))


@pytest.fixture
def run_of(evolution_app):
    """Makes a trial's run."""

    def make(trial_id, indexagent, interrupt=None, evaluator=None, **more):
        assert evolution_app.records.begin(trial_id)
        return Run(
            trial_id,
            evolution_app.records,
            indexagent,
            evaluator=evaluator or Judge(),
            judge=Judge(),
            interrupt=interrupt or threading.Event(),
            **{"patience_seconds": 60, **more},
        )

    return make


def waiting(evolution_app, trial_id="t"):
    with evolution_app.database.read() as session:
        return trial_row(session, trial_id).waiting


def settled(name="breeding"):
    """Threads of that name have ended."""
    for thread in [thread for thread in threading.enumerate() if thread.name == name]:
        thread.join(10)
        assert not thread.is_alive()


def test_a_paused_trial_does_not_go_on_waiting_for_its_next_generation(evolution_app, store_trial, run_of, monkeypatch):
    store_trial("t")
    trials = Trials(evolution_app.database, evolution_app.conductor, None, evolution_app.now, lambda _: None)
    agents, commit = Agents(), evolution_app.records.commit

    def pause_first(*given):
        agents.asked.wait(10)
        while waiting(evolution_app) is None:
            threading.Event().wait(0.01)
        trials.pause(TrialRef(trial_id="t"))
        return commit(*given)

    monkeypatch.setattr(evolution_app.records, "commit", pause_first)
    with pytest.raises(Interrupted):
        run_of("t", agents)()
    settled()
    assert waiting(evolution_app) is None


def test_an_interrupt_ends_the_wait_for_the_next_generation(evolution_app, store_trial, run_of):
    store_trial("t")
    agents, interrupt = Agents(), threading.Event()
    threading.Thread(target=lambda: (agents.asked.wait(10), interrupt.set())).start()
    before = time.monotonic()
    with pytest.raises(Interrupted):
        run_of("t", agents, interrupt)()
    settled()
    assert time.monotonic() - before < 5


def test_what_an_earlier_run_waited_for_is_forgotten(evolution_app, store_trial):
    store_trial("t")
    evolution_app.records.begin("t")
    evolution_app.records.note_waiting("t", "Waiting: for long")
    assert waiting(evolution_app) == "Waiting: for long"
    evolution_app.records.begin("t")
    assert waiting(evolution_app) is None


def test_only_a_running_trial_says_what_it_waits_for(evolution_app, store_trial):
    store_trial("t", status="paused")
    evolution_app.records.note_waiting("t", "Waiting: for nobody")
    assert waiting(evolution_app) is None


def test_without_tokens_for_generation_0_a_trial_does_not_begin(evolution_app, store_trial, run_of, monkeypatch):
    monkeypatch.setattr(run, "_ENDING_SECONDS", 0.0)
    store_trial("t")
    evolution_app.economy.limit = 11
    with pytest.raises(BudgetExhaustedError):
        run_of("t", Agents())()


class Stopping:
    def evaluate(self, task, interrupt):
        raise Interrupted


def test_generation_0_waits_for_the_tokens_of_trials_that_are_about_to_end(evolution_app, store_trial, run_of, monkeypatch):
    store_trial("t")
    evolution_app.economy.limit = 11
    asked = []
    require = evolution_app.records.require_tokens

    def require_and_end_another(trial_id, tokens):
        asked.append(tokens)
        try:
            require(trial_id, tokens)
        finally:
            evolution_app.economy.limit = 1000

    monkeypatch.setattr(evolution_app.records, "require_tokens", require_and_end_another)
    with pytest.raises(Interrupted):
        run_of("t", Agents(), evaluator=Stopping())()
    assert len(asked) == 2


def test_a_trial_that_waits_for_tokens_can_be_stopped(evolution_app, store_trial, run_of):
    store_trial("t")
    evolution_app.economy.limit = 11
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Interrupted):
        run_of("t", Agents(), interrupt=stopped)()


class Willing(Agents):
    """An IndexAgent that stays: every generation is like the first."""

    def call(self, operation, request, **more):
        if operation is operations.RECORD_FITNESS:
            return None
        found = super().call(operations.READ_GENERATION if operation is operations.BREED else operation, request, **more)
        return found.model_copy(update={"generation": request.generation}) if operation is operations.BREED else found


class Leaving(Judge):
    """Evaluators that stay away from a generation on."""

    def __init__(self, generation):
        self.generation = generation
        self.given = []

    def evaluate(self, task, interrupt):
        self.given.append(task.seconds)
        if task.generation >= self.generation:
            raise OutOfTime
        return super().evaluate(task, interrupt)


def test_a_trial_whose_evaluators_stay_away_ends_in_time_with_what_it_has(evolution_app, store_trial, run_of):
    store_trial("t", max_time_seconds=100)
    evaluator = Leaving(2)
    run_of("t", Willing(), evaluator=evaluator)()
    with evolution_app.database.read() as session:
        row = trial_row(session, "t")
    assert (row.status, row.termination_reason, row.current_generation) == ("completed", TerminationReason.MAX_TIME.value, 1)
    assert row.outcome is not None
    assert 0 < evaluator.given[2] < evaluator.given[0] <= 100


def test_a_trial_that_nobody_began_to_evaluate_has_no_outcome(evolution_app, store_trial, run_of):
    store_trial("t", max_time_seconds=100)
    with pytest.raises(EvaluationError, match=r"within max_time_seconds \(100\)"):
        run_of("t", Willing(), evaluator=Leaving(0))()


class Away(Willing):
    """An IndexAgent that is away for some calls of an operation; each of them takes a while, which is all that passes on its clock.

    :param calls: number of calls in vain, by operation.
    """

    def __init__(self, seconds, calls):
        super().__init__()
        self.seconds, self.calls = seconds, calls
        self.now = 0.0
        self.allowed, self.told, self.heard = [], [], threading.Event()

    def clock(self):
        return self.now

    def call(self, operation, request, *, seconds=None, **more):
        if self.calls.get(operation, 0):
            self.calls[operation] -= 1
            self.allowed.append(seconds)
            self.now += self.seconds
            raise ConnectionFailedError("IndexAgent is away.")
        if operation is operations.RECORD_FITNESS:
            self.told.append((request.generation, request.fitness))
            self.heard.set()
        return super().call(operation, request, **more)


def ended(evolution_app, trial_id="t"):
    with evolution_app.database.read() as session:
        row = trial_row(session, trial_id)
    return row.status, row.termination_reason, row.current_generation


def test_a_trial_whose_indexagent_stays_away_ends_in_time_with_what_it_has(evolution_app, store_trial, run_of):
    """And IndexAgent hears of the last fitness when it is back."""
    store_trial("t", max_time_seconds=100)
    agents = Away(200, {operations.BREED: 1, operations.RECORD_FITNESS: 1})
    run_of("t", agents, clock=agents.clock)()
    assert ended(evolution_app) == ("completed", TerminationReason.MAX_TIME.value, 0)
    assert agents.heard.wait(10)
    records = evolution_app.records.load("t")
    assert agents.told == [(0, records.fitness.tolist())]
    assert agents.allowed == [100, run._TELLING_SECONDS]
    with evolution_app.database.read() as session:
        row = trial_row(session, "t")
    assert (row.waiting, row.error) == (None, None)
    assert row.outcome is not None


def test_patience_is_not_what_ends_a_trial_whose_time_is_over(evolution_app, store_trial, run_of):
    store_trial("t", max_time_seconds=100)
    agents = Away(200, {operations.BREED: 1})
    run_of("t", agents, clock=agents.clock, patience_seconds=0)()
    assert ended(evolution_app) == ("completed", TerminationReason.MAX_TIME.value, 0)


def test_patience_that_ends_within_the_time_fails_the_trial(evolution_app, store_trial, run_of):
    store_trial("t", max_time_seconds=100)
    agents = Away(50, {operations.BREED: 1})
    with pytest.raises(ConnectionFailedError):
        run_of("t", agents, clock=agents.clock, patience_seconds=40)()


def test_before_generation_0_there_is_nothing_to_end_with(evolution_app, store_trial, run_of):
    store_trial("t", max_time_seconds=100)
    agents = Away(200, {operations.READ_GENERATION: 1})
    with pytest.raises(ConnectionFailedError):
        run_of("t", agents, clock=agents.clock, patience_seconds=0)()


def test_after_a_restart_the_end_waits_for_the_genomes(evolution_app, store_trial, run_of, generation_of):
    """Nobody but IndexAgent has them: it is asked once it is back, and the trial ends as it would have."""
    store_trial("t", max_time_seconds=100)
    records = evolution_app.records
    records.begin("t")
    records.commit(records.load("t"), generation_of(records.load("t")), 0)
    agents = Away(200, {operations.BREED: 1, operations.READ_GENERATION: 1})
    run_of("t", agents, clock=agents.clock, patience_seconds=300)()
    assert ended(evolution_app) == ("completed", TerminationReason.MAX_TIME.value, 0)
    assert agents.told == [(0, [0.0] * 12)]


@pytest.mark.parametrize("patience", [0, 1000], ids=["patience", "time"])
def test_no_trial_that_has_done_everything_fails_for_want_of_telling_it(evolution_app, store_trial, run_of, patience):
    store_trial("calm")
    run_of("calm", Willing())()
    store_trial("t", max_time_seconds=100)
    agents = Away(200, {operations.RECORD_FITNESS: 1})
    run_of("t", agents, clock=agents.clock, patience_seconds=patience)()
    assert ended(evolution_app) == ended(evolution_app, "calm") == ("completed", TerminationReason.GENERATIONS.value, 5)
    assert evolution_app.records.load("t").digest == evolution_app.records.load("calm").digest
    assert agents.heard.wait(10)


def test_a_service_that_stops_tells_nobody_any_more(evolution_app, store_trial, run_of):
    store_trial("t", max_time_seconds=100)
    agents, closing = Away(200, {operations.RECORD_FITNESS: 10**6}), threading.Event()
    run_of("t", agents, clock=agents.clock, closing=closing, patience_seconds=10**9)()
    closing.set()
    settled("telling")
    assert agents.told == []


def test_what_indexagent_refuses_to_hear_fails_the_trial(evolution_app, store_trial, run_of):
    store_trial("t")
    refusing = Willing()
    call = refusing.call

    def refuse(operation, request, **more):
        if operation is operations.RECORD_FITNESS:
            raise ConflictError("Generation 5 has another fitness already.")
        return call(operation, request, **more)

    refusing.call = refuse
    with pytest.raises(ConflictError):
        run_of("t", refusing)()


def test_a_pause_ends_the_wait_for_indexagent_and_keeps_the_time(evolution_app, store_trial, run_of):
    """Else a trial that is held until IndexAgent is back would have run out of time when it goes on."""
    store_trial("t", max_time_seconds=100)
    agents = Away(20, {operations.BREED: 9})
    trials = Trials(evolution_app.database, evolution_app.conductor, None, evolution_app.now, lambda _: None)
    call = agents.call

    def pause_at_second(operation, request, **more):
        if agents.calls[operations.BREED] == 8:
            trials.pause(TrialRef(trial_id="t"))
        return call(operation, request, **more)

    agents.call = pause_at_second
    held = run_of("t", agents, clock=agents.clock)
    with pytest.raises(Interrupted):
        held()
    assert held.elapsed() == 40
    assert ended(evolution_app) == ("paused", None, 0)


def test_the_limit_is_asked_again_with_the_commit(evolution_app, store_trial, generation_of):
    """Between a run's own check and its commit somebody else may be promised what is left."""
    store_trial("t", population_size=12, elite_size=2)
    records, economy = evolution_app.records, evolution_app.economy
    economy.limit = 30
    before = records.load("t")
    assert records.begin("t")
    economy.allocate(AllocateTokens(holder="somebody", tokens=9))
    committed = records.commit(before, generation_of(before), 0, next_cost=10)
    assert (committed.goes_on, committed.affordable) == (True, False)


def test_what_another_service_has_committed_is_not_committed_again(evolution_app, store_trial, generation_of):
    store_trial("t")
    records = evolution_app.records
    before = records.load("t")
    records.begin("t")
    records.commit(before, generation_of(before), 0)
    with pytest.raises(Interrupted):
        records.commit(before, generation_of(before), 0)
    assert records.load("t").tokens_used == 12
