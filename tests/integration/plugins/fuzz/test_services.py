"""Both reference services, asked everything."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dean_provider.contract.endpoints import indexagent
from dean_provider.contract.population import CreatePopulation, ListAgents
from dean_provider.contract.space import RealTrait, SearchSpace

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1200)]

SPACE = SearchSpace(traits=(RealTrait(name="x", low=-1, high=1, length=4),))
RANGE = {"trait": "x", "index": 0, "low": -0.1, "high": 0.1}
_numbers = itertools.count()


class Populations:
    """What a request to IndexAgent must hold to make sense there."""

    def __init__(self, caller: Any) -> None:
        self.caller = caller
        self.generations: dict[str, int] = {}

    def make(self, fuzz: Any) -> str:
        """A population of a name that is new; seldom one that is there."""
        if len(self.generations) > 5 and fuzz.random.random() < 0.8:
            return str(fuzz.random.choice(list(self.generations)))
        name = f"made-{next(_numbers)}"
        self.caller.call(indexagent.CREATE_POPULATION, CreatePopulation(population_id=name, space=SPACE, size=6, seed=1))
        self.generations[name] = 0
        return name

    def create(self, case: Any, fuzz: Any) -> None:
        case.body.update(population_id=f"drawn-{next(_numbers)}", size=min(case.body["size"], 50), space=SPACE.model_dump(mode="json"))
        case.body["patterns"] = [{"ranges": [RANGE]}] if fuzz.random.random() < 0.3 else []

    def one(self, case: Any, fuzz: Any) -> None:
        case.path_parameters["population_id"] = self.make(fuzz)
        if "generation" in case.path_parameters:
            case.path_parameters["generation"] = fuzz.random.randint(0, self.generations[case.path_parameters["population_id"]])

    def release(self, case: Any, fuzz: Any) -> None:
        self.one(case, fuzz)
        self.generations.pop(case.path_parameters["population_id"])

    def breed(self, case: Any, fuzz: Any) -> None:
        self.one(case, fuzz)
        name = case.path_parameters["population_id"]
        if self.generations[name] < 5:
            self.generations[name] += 1
        case.path_parameters["generation"] = self.generations[name]
        generation = self.generations[name]
        case.body.update(seed=generation, fitness=[float(one) for one in range(6)], elites=[5], parents=[[4, 5]] * 5)
        case.body.update(mutation_rate=0.5, crossover_rate=0.5, intervention=None)

    def fitness(self, case: Any, fuzz: Any) -> None:
        self.one(case, fuzz)
        case.body["fitness"] = [float(one) for one in range(6)]

    def derive(self, case: Any, fuzz: Any) -> None:
        self.one(case, fuzz)
        case.body.update(derived_id=f"derived-{next(_numbers)}", patterns=[{"ranges": [RANGE]}])

    def fork(self, case: Any, fuzz: Any) -> None:
        self.one(case, fuzz)
        case.body["forked_id"] = f"forked-{next(_numbers)}"

    def detect(self, case: Any, fuzz: Any) -> None:
        self.fitness_of(self.make(fuzz), case)
        case.body.update(start=0, end=fuzz.random.choice([None, 0, 3]))

    def fitness_of(self, name: str, case: Any) -> None:
        case.path_parameters["population_id"] = name
        self.caller.http.put(
            f"{self.caller.indexagent_url}/api/v1/populations/{name}/generations/0/fitness", json={"fitness": [0.0, 1, 2, 3, 4, 5]}
        )

    def agent(self, case: Any, fuzz: Any) -> None:
        case.body.update(agent_id=f"agent-{next(_numbers)}", space=SPACE.model_dump(mode="json"), genome=[0.0, 0.5, -0.5, 1.0])

    def some_agent(self, case: Any, fuzz: Any) -> None:
        found = self.caller.call(indexagent.LIST_AGENTS, ListAgents(population_id=self.make(fuzz), limit=3)).agents
        case.path_parameters["agent_id"] = fuzz.random.choice(found).agent_id

    def agents(self, case: Any, fuzz: Any) -> None:
        case.query.update(population_id=self.make(fuzz))

    def search(self, case: Any, fuzz: Any) -> None:
        case.body.update(query="greet", repository=fuzz.random.choice([None, "demo"]))

    @property
    def recipes(self) -> dict[str, Any]:
        named = dict.fromkeys(("read_population", "read_generation", "measure_diversity"), self.one)
        return {
            **named,
            "create_population": self.create,
            "release_population": self.release,
            "breed": self.breed,
            "record_fitness": self.fitness,
            "derive_population": self.derive,
            "fork_population": self.fork,
            "detect_patterns": self.detect,
            "create_agent": self.agent,
            "read_agent": self.some_agent,
            "read_lineage": self.some_agent,
            "list_agents": self.agents,
            "search_code": self.search,
        }


def test_indexagent_answers_everything_as_it_says(services, caller, fuzz, amount) -> None:
    asked = fuzz(services.indexagent, recipes=Populations(caller).recipes, logs=services.logs)
    requests, at_least = amount(7500)
    asked.run(requests, at_least)
    asked.require(at_least=at_least, successes=0.6)


class Trials:
    """What a request to the Evolution API must hold to make sense there."""

    def __init__(self, caller: Any, small: Any, steering: Any) -> None:
        self.caller = caller
        self.steering = steering
        self.small = small
        self.completed = [caller.run(small(name=f"ended-{number}", population_size=30, generations=2)) for number in range(3)]
        self.patterns: list[str] = []
        self.held_ones: list[str] = []

    def config(self, fuzz: Any) -> Any:
        return self.small(name=f"drawn-{next(_numbers)}", generations=fuzz.random.randint(1, 3), seed=fuzz.random.randint(0, 10**6))

    def start(self, case: Any, fuzz: Any) -> None:
        name = f"drawn-{next(_numbers)}"
        config = self.config(fuzz)
        if fuzz.random.random() < 0.2:
            request = self.caller.fork_request(fuzz.random.choice(self.completed), 1, generations=3)
            case.body = request.model_dump(mode="json")
            return
        self.caller.populate(config, name)
        case.body = {"trial_id": name, "population_id": name, "config": config.model_dump(mode="json")}

    def validate(self, case: Any, fuzz: Any) -> None:
        case.body["config"] = self.config(fuzz).model_dump(mode="json")

    def ended(self, case: Any, fuzz: Any) -> None:
        case.path_parameters["trial_id"] = fuzz.random.choice(self.completed).trial_id

    def held(self, case: Any, fuzz: Any) -> None:
        """One that runs long, and is paused."""
        if len(self.held_ones) < 3:
            trial_id = self.caller.start(self.small(name="long", generations=2000)).trial_id
            self.steering.steer(trial_id, "pause")
            self.held_ones.append(trial_id)
        case.path_parameters["trial_id"] = fuzz.random.choice(self.held_ones)

    def pause(self, case: Any, fuzz: Any) -> None:
        self.resume(case, fuzz)
        if fuzz.random.random() < 0.8:
            self.steering.steer(self.steering.running, "resume")

    def resume(self, case: Any, fuzz: Any) -> None:
        self.held(case, fuzz)
        self.steering.running = case.path_parameters["trial_id"]

    def stop(self, case: Any, fuzz: Any) -> None:
        self.held(case, fuzz)
        self.held_ones.remove(case.path_parameters["trial_id"])

    def pattern(self, case: Any, fuzz: Any) -> None:
        name = f"p-{next(_numbers)}"
        trial = fuzz.random.choice(self.completed)
        case.body = {"pattern": {"pattern_id": name, "body": {"ranges": [RANGE]}, "trial_id": trial.trial_id, "objective": "sphere"}}
        self.patterns.append(name)

    def some_pattern(self, case: Any, fuzz: Any) -> None:
        while not self.patterns:
            name = f"p-{next(_numbers)}"
            body = {"pattern": {"pattern_id": name, "body": {"ranges": [RANGE]}, "trial_id": self.completed[0].trial_id}}
            self.caller.http.post(f"{self.caller.evolution_url}/api/v1/patterns", json=body).raise_for_status()
            self.patterns.append(name)
        case.path_parameters["pattern_id"] = fuzz.random.choice(self.patterns[-20:])

    def measure(self, case: Any, fuzz: Any) -> None:
        self.some_pattern(case, fuzz)
        case.body.update(trial_id=fuzz.random.choice(self.completed).trial_id, agents=30)

    def apply(self, case: Any, fuzz: Any) -> None:
        self.ended(case, fuzz)
        found = self.caller.http.get(f"{self.caller.evolution_url}/api/v1/patterns", params={"limit": 20}).json()["patterns"]
        usable = [one["pattern_id"] for one in found if one["status"] != "quarantined" and one["pattern_id"].startswith("p-")]
        if usable:
            case.body.update(pattern_ids=[fuzz.random.choice(usable)])

    def tokens(self, case: Any, fuzz: Any) -> None:
        case.body["tokens"] = fuzz.random.randint(0, 1000)

    @property
    def recipes(self) -> dict[str, Any]:
        some = dict.fromkeys(("read_trial", "list_generations", "export_trial", "verify_trial"), self.ended)
        return {
            **some,
            "start_trial": self.start,
            "validate_trial": self.validate,
            # A stream of a trial that is held never ends.
            "stream_trial always": self.ended,
            "pause_trial": self.pause,
            "resume_trial": self.resume,
            "stop_trial": self.stop,
            "store_pattern": self.pattern,
            "read_pattern": self.some_pattern,
            "quarantine_pattern": self.some_pattern,
            "measure_pattern": self.measure,
            "apply_patterns": self.apply,
            "allocate_tokens": self.tokens,
        }


def test_the_evolution_api_answers_everything_as_it_says(services, caller, small, steering, fuzz, amount) -> None:
    recipes = Trials(caller, small, steering).recipes
    asked = fuzz(services.evolution, recipes=recipes, logs=services.logs, before=steering.hold)
    requests, at_least = amount(5000)
    asked.run(requests, at_least)
    asked.require(at_least=at_least, successes=0.6)
