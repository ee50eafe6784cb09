"""The gateway in Airflow's API server, asked everything by an admin, with both reference services behind it."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dean_provider.contract.endpoints import evolution
from dean_provider.contract.events import ReportedFact
from dean_provider.contract.events.trial import GenerationCompleted, ReportPublished, TrialCompleted, TrialStarted, TrialValidated
from dean_provider.contract.trial import ListGenerations, Trial

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1800)]

DAG = "dean_evolution_trial"
_numbers = itertools.count()
SERVICE = {"kind": "other", "url": "http://127.0.0.1:9", "ttl_seconds": 600}
CHANGED = ({"population_size": 40}, {"poll_seconds": 2.5}, {"failure_tolerance": 30}, {"mutation_rate": 0.2})


class Recorded:
    """Trials of the services that the gateway has on record, and what a request about them must hold to make sense."""

    def __init__(self, server: Any, caller: Any, small: Any, steering: Any) -> None:
        self.server = server
        self.caller = caller
        self.steering = steering
        self.small = small
        self.reports = server.home / "dean" / "reports"
        self.reports.mkdir(parents=True)
        self.completed = [self.record(caller.run(small(name=f"ended-{number}", population_size=30))) for number in range(3)]
        self.held: dict[str, str] = {}
        self.agents: dict[str, list[str]] = {}
        self.pattern = "fuzzed"
        body = {"ranges": [{"trait": "x", "index": 0, "low": -0.1, "high": 0.1}]}
        pattern = {"pattern_id": self.pattern, "body": body, "objective": "sphere", "trial_id": "trial-1"}
        caller.http.post(f"{caller.evolution_url}/api/v1/patterns", json={"pattern": pattern}).raise_for_status()

    def record(self, trial: Trial) -> str:
        """Tell the gateway about a trial, as its tasks would."""
        assert trial.config is not None
        run_id = f"run-of-{trial.trial_id}"
        workflow_id = self.server.execution_of(run_id)
        page = self.caller.call(evolution.LIST_GENERATIONS, ListGenerations(trial_id=trial.trial_id))
        facts: list[Any] = [
            TrialValidated(trial_id=trial.trial_id, population_id=trial.population_id, config=trial.config.model_dump(mode="json")),
            TrialStarted(trial_id=trial.trial_id, population_id=trial.population_id),
            *(GenerationCompleted(generation=one) for one in page.generations),
        ]
        if trial.status.ended:
            report = self.reports / f"{workflow_id}.html"
            report.write_text("<p>done</p>", "utf-8")
            ended = TrialCompleted(generation=trial.current_generation, digest=trial.digest, best_fitness=trial.best_fitness)
            facts += [ended, ReportPublished(uri=report.as_uri(), digest=trial.digest)]
        body = {"origin": {"dag_id": DAG, "run_id": run_id}, "facts": [ReportedFact.of(one).model_dump(mode="json") for one in facts]}
        path = f"/dean/api/v1/workflows/{workflow_id}/events"
        self.server.send("POST", path, token=self.server.task_token(run_id=run_id), json=body).raise_for_status()
        return workflow_id

    def ended(self, case: Any, fuzz: Any) -> None:
        case.path_parameters["workflow_id"] = fuzz.random.choice(self.completed)

    def going_on(self, case: Any, fuzz: Any) -> None:
        """One that would run long, and is paused; a few of them are enough."""
        if len(self.held) < 3:
            trial = self.caller.start(self.small(name="long", generations=50_000))
            self.steering.steer(trial.trial_id, "pause")
            self.held[self.record(trial)] = trial.trial_id
        case.path_parameters["workflow_id"] = fuzz.random.choice(list(self.held))

    def pause(self, case: Any, fuzz: Any) -> None:
        self.resume(case, fuzz)
        self.steering.steer(self.steering.running, "resume")

    def resume(self, case: Any, fuzz: Any) -> None:
        self.going_on(case, fuzz)
        self.steering.running = self.held[case.path_parameters["workflow_id"]]

    def cancel(self, case: Any, fuzz: Any) -> None:
        self.going_on(case, fuzz)
        self.held.pop(case.path_parameters["workflow_id"])

    def apply(self, case: Any, fuzz: Any) -> None:
        self.ended(case, fuzz)
        case.body["pattern_ids"] = [self.pattern]

    def request(self, case: Any, fuzz: Any) -> None:
        name = {"name": f"drawn-{next(_numbers)}"}
        case.body.update(dag_id=DAG, config=fuzz.random.choice([name, {**name, "objective": "sphere", "generations": 3}, {}]))

    def fork(self, case: Any, fuzz: Any) -> None:
        self.ended(case, fuzz)
        case.body.update(generation=fuzz.random.choice([None, 0, 2]), config=fuzz.random.choice([{}, {"generations": 9}]))

    def compare(self, case: Any, fuzz: Any) -> None:
        case.query["workflow_ids"] = ",".join(fuzz.random.sample(self.completed, 2))

    def agent(self, case: Any, fuzz: Any) -> None:
        self.ended(case, fuzz)
        workflow_id = case.path_parameters["workflow_id"]
        if workflow_id not in self.agents:
            page = self.server.call("GET", f"/trials/{workflow_id}/agents?limit=5").json()["agents"]
            self.agents[workflow_id] = [one["agent_id"] for one in page]
        case.path_parameters["agent_id"] = fuzz.random.choice(self.agents[workflow_id])

    def change(self, case: Any, fuzz: Any) -> None:
        revision = self.server.call("GET", "/configuration?fields=revision").json()["revision"]
        case.body.update(revision=revision, values=fuzz.random.choice(CHANGED), unset=[])

    def revert(self, case: Any, fuzz: Any) -> None:
        found = self.server.call("GET", "/configuration?fields=revision,history").json()
        earlier = [one["revision"] for one in found["history"]]
        case.body.update(revision=found["revision"], to=fuzz.random.choice(earlier or [found["revision"]]))

    def register(self, case: Any, fuzz: Any) -> None:
        case.path_parameters["name"] = f"service-{next(_numbers) % 20}"
        case.body.update(SERVICE)

    def registered(self, case: Any, fuzz: Any) -> None:
        name = f"there-{next(_numbers) % 20}"
        self.server.call("PUT", f"/services/{name}", json=SERVICE).raise_for_status()
        case.path_parameters["name"] = name

    def tell(self, case: Any, fuzz: Any) -> None:
        """Only tasks may, and only about themselves."""
        run_id = f"told-{next(_numbers)}"
        fuzz.instead = {"Authorization": f"Bearer {self.server.task_token(run_id=run_id)}"}
        case.path_parameters["workflow_id"] = self.server.execution_of(run_id)
        case.body.update(workflow_type="trial", origin={"dag_id": DAG, "run_id": run_id}, start_task_id="")
        case.body["facts"] = [{"event_type": "own.seen", "idempotency_key": "k", "details": {"seen": fuzz.random.random()}}]

    @property
    def recipes(self) -> dict[str, Any]:
        about_one = ("read_trial", "read_metrics", "read_trial_access", "list_trial_agents", "list_trial_patterns", "read_report")
        more = ("replay_trial", "read_workflow", "list_events")
        return {
            **dict.fromkeys((*about_one, *more), self.ended),
            "cancel_trial": self.cancel,
            "pause_trial": self.pause,
            "resume_trial": self.resume,
            "apply_patterns": self.apply,
            "request_trial": self.request,
            "fork_trial": self.fork,
            "compare_trials": self.compare,
            "read_trial_agent": self.agent,
            "read_trial_lineage": self.agent,
            "change_configuration": self.change,
            "revert_configuration": self.revert,
            "register_service": self.register,
            "heartbeat_service": self.registered,
            "remove_service": self.registered,
            "record_facts": self.tell,
        }


POSTGRESQL, OLDEST, SQLITE = "PostgreSQL, behind a path", "the oldest Airflow", "SQLite"
REQUESTS = {POSTGRESQL: (4500, 100), OLDEST: (1500, 34), SQLITE: (1500, 34)}
"""At length, and to each operation at least. The oldest Airflow is on SQLite as well."""

PLACES = list(REQUESTS) if os.environ.get("DEAN_TEST_LONG") else [POSTGRESQL, OLDEST]


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    """Where it is asked."""
    return str(request.param)


@pytest.fixture(scope="module")
def server(place: str, request: pytest.FixtureRequest, start_shared_server: Any, connections: Any) -> Iterator[Any]:
    """The gateway there."""
    prefix, python, more = "", sys.executable, {}
    if place == POSTGRESQL:
        prefix, more = "/af", {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": request.getfixturevalue("new_database")("fuzz")}
    if place == OLDEST:
        python = request.getfixturevalue("oldest_python")
    started = start_shared_server("simple", prefix, python, **connections, **more)
    yield started
    # Before the next one is asked.
    started.process.terminate()


def test_the_gateway_answers_everything_as_it_says(
    place: str, server: Any, services: Any, caller: Any, small: Any, steering: Any, fuzz: Any, amount: Any
) -> None:
    recipes = Recorded(server, caller, small, steering).recipes
    headers = {"Authorization": f"Bearer {server.tokens['admin']}"}
    logs = (*services.logs, server.home / "server.log")
    url = f"{server.origin}{server.prefix}/dean"
    asked = fuzz(url, headers=headers, recipes=recipes, logs=logs, before=steering.hold, mounted=True)
    requests, at_least = amount(*REQUESTS[place])
    asked.run(requests, at_least)
    asked.require(at_least=at_least, successes=0.6)


@pytest.mark.parametrize("place", [POSTGRESQL], indirect=True, scope="module")
def test_sixty_started_at_once_are_all_through_though_airflow_has_fifteen_connections(server: Any) -> None:
    def start(number: int) -> Any:
        return server.call("POST", "/trials", json={"config": {"name": f"at-once-{number}"}})

    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(start, range(60)))
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers if answer.status_code != 200][:3]
    assert len({answer.json()["workflow"]["run_id"] for answer in answers}) == 60
