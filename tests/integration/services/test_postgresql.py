"""The same services on PostgreSQL, from the wheel that brings it."""

from __future__ import annotations

import importlib
import threading
import time
from datetime import datetime, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dean_provider.contract.economy import AllocateTokens, ReadUsage
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.evaluation import LeaseCandidates
from dean_provider.contract.pattern import DetectPatterns
from dean_provider.contract.population import LineageRequest
from dean_provider.contract.service import Empty
from dean_provider.contract.trial import ListTrials, StartTrial, StopTrial, TrialRef, TrialStatus
from dean_provider.errors import BudgetExhaustedError, ConflictError
from dean_provider.services.evolution.app import EvolutionService
from dean_provider.services.evolution.economy import Economy
from dean_provider.services.store import Database, Ownership, migrate
from dean_provider.testing import MockServices

pytestmark = pytest.mark.integration

PACKAGES = ["dean_provider.services.indexagent", "dean_provider.services.evolution"]


def test_migrations_make_exactly_the_tables_of_the_orm(new_database):
    database = Database(new_database("migrations"))
    threads = [threading.Thread(target=migrate, args=(database, package)) for package in PACKAGES * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for package in PACKAGES:
        metadata = importlib.import_module(f"{package}.tables").Base.metadata
        with database.engine.connect() as connection:
            names = set(metadata.tables)
            options = {"compare_type": True, "include_name": lambda name, kind, _, names=names: kind != "table" or name in names}
            assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    database.close()


def test_a_database_has_one_owner(new_database):
    url = new_database("owners")
    first, second = Ownership(Database(url), "evolution"), Ownership(Database(url), "evolution", patience_seconds=0)
    first.take()
    with pytest.raises(ConflictError):
        second.take()
    first.release()
    second.take()
    second.release()
    first.database.close()
    second.database.close()


@pytest.fixture
def cut(postgres_server):
    """Ends whoever holds a lock in a database, and nobody of another one."""

    def end(name):
        held = f"locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = '{name}')"
        postgres_server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE {held};")

    return end


def test_a_lost_lock_is_taken_again_unless_somebody_else_has_it(new_database, cut):
    url = new_database("lost")
    first, second = Ownership(Database(url), "evolution"), Ownership(Database(url), "evolution", patience_seconds=0)
    first.take()
    assert first.keep()
    cut("lost")
    assert first.keep()
    with pytest.raises(ConflictError):
        second.take()
    cut("lost")
    second.take()
    assert not first.keep()
    for owner in (first, second):
        owner.release()
        owner.database.close()


def test_a_service_that_has_lost_its_database_moves_nothing_and_says_so(new_database, tmp_path, caller_of, small, monkeypatch):
    monkeypatch.setattr(EvolutionService, "ownership_seconds", 0.2)
    url = new_database("taken")
    with MockServices(tmp_path, evolution={"database_url": url}) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        trial_id = caller.start(small(generations=50_000)).trial_id
        caller.wait(trial_id, lambda trial: trial.current_generation >= 0)
        monkeypatch.setattr(services._service.ownership, "keep", lambda: False)
        deadline = time.monotonic() + 20
        while caller.send(evolution.HEALTH, Empty()).status_code != 503:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        while services._service.conductor.running():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert caller.read(trial_id).status is TrialStatus.RUNNING


class Slow(Economy):
    """Lets others in between its check and what it writes."""

    def require(self, session, holder, tokens):
        super().require(session, holder, tokens)
        time.sleep(0.2)


def test_what_is_left_is_promised_once(new_database):
    database, results = Database(new_database("promises")), []
    migrate(database, "dean_provider.services.evolution")
    economy = Slow(database, 100, lambda: datetime.now(timezone.utc))

    def allocate(holder):
        try:
            results.append(economy.allocate(AllocateTokens(holder=holder, tokens=60)))
        except BudgetExhaustedError:
            results.append(None)

    threads = [threading.Thread(target=allocate, args=(f"holder-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(results), results.count(None)) == (4, 3)
    assert economy.budget(Empty()).allocated == 60
    database.close()


def test_trials_run_on_postgresql(new_database, tmp_path, caller_of, small, plain):
    first, second = {"database_url": new_database("agents")}, {"database_url": new_database("trials"), "token_limit": 10**10}
    with MockServices(tmp_path, indexagent=first, evolution=second) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        config = small(labels={"team": "red"}, diversity_threshold=0.6, intervention_target=0.7, token_budget=5 * 10**9)
        trial = caller.run(config)
        assert trial.digest == plain(config)[-1].digest
        again = StartTrial(trial_id=trial.trial_id, population_id=trial.population_id, config=config)
        assert caller.call(evolution.START_TRIAL, again) == trial
        assert caller.call(evolution.VERIFY_TRIAL, TrialRef(trial_id=trial.trial_id)).exact
        assert caller.call(evolution.LIST_TRIALS, ListTrials(label="team=red", limit=1)).trials == [trial]
        usage = caller.call(evolution.READ_USAGE, ReadUsage(trial_id=trial.trial_id))
        assert usage.tokens == trial.tokens_used + 1
        caller.call(evolution.ALLOCATE_TOKENS, AllocateTokens(holder="somebody", tokens=10**9))
        assert caller.call(evolution.READ_BUDGET, Empty()).allocated == 10**9
        assert caller.call(indexagent.READ_LINEAGE, LineageRequest(agent_id=trial.best_agent_id)).ancestors
        caller.call(indexagent.DETECT_PATTERNS, DetectPatterns(population_id=trial.population_id, start=0))
        assert caller.call(evolution.LEASE_CANDIDATES, LeaseCandidates(trial_id=trial.trial_id, lease_id="x")).candidates == []
    with MockServices(tmp_path, indexagent=first, evolution=second) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        assert caller.read(trial.trial_id) == trial


def test_trials_are_forked_on_postgresql(new_database, tmp_path, caller_of, small):
    settings = {"database_url": new_database("forks")}
    with MockServices(tmp_path, indexagent=settings, evolution=settings) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        parent = caller.run(small())
        for generation in (0, 3, 5):
            child = caller.wait(caller.fork(parent, generation).trial_id)
            assert (child.digest, child.parent.generation) == (parent.digest, generation)
            assert child.best_agent_id.startswith(child.population_id)


def test_a_stopped_service_resumes_on_postgresql(new_database, tmp_path, caller_of, small, plain):
    first, second = {"database_url": new_database("agents2")}, {"database_url": new_database("trials2")}
    config = small(generations=60)
    with MockServices(tmp_path, indexagent=first, evolution=second) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        trial_id = caller.start(config).trial_id
        stopped_id = caller.start(config).trial_id
        caller.call(evolution.STOP_TRIAL, StopTrial(trial_id=stopped_id))
        caller.wait(trial_id, lambda trial: trial.current_generation >= 3)
    with MockServices(tmp_path, indexagent=first, evolution=second) as services:
        caller = caller_of(services.indexagent.url, services.evolution.url)
        ended = caller.wait(trial_id)
        assert (ended.status, ended.resumptions) == (TrialStatus.COMPLETED, 1)
        assert ended.digest == plain(config)[-1].digest
        assert caller.read(stopped_id).status is TrialStatus.STOPPED
