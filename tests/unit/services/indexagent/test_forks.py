from __future__ import annotations

from typing import Any

import pytest

SPACE = {"traits": [{"kind": "real", "name": "x", "low": -1, "high": 1, "length": 3}]}
BREED = {"seed": 5, "elites": [3], "parents": [[0, 1], [2, 3], [1, 1]], "mutation_rate": 0.5, "crossover_rate": 0.9}
GENERATION = "/api/v1/populations/{}/generations/{}"


def fitness_of(generation: int) -> list[float]:
    return [generation + step for step in range(4)]


@pytest.fixture
def client(indexagent: Any) -> Any:
    """A client of an IndexAgent with a population ``p`` of the generations 0 to 3."""
    made = indexagent()
    made.post("/api/v1/populations", json={"population_id": "p", "space": SPACE, "size": 4, "seed": 5, "labels": {"of": "p"}})
    for generation in (1, 2, 3):
        breed(made, "p", generation)
    return made


def breed(client: Any, population: str, generation: int, **changes: Any) -> dict[str, Any]:
    body = {**BREED, "fitness": fitness_of(generation - 1), **changes}
    answer = client.put(GENERATION.format(population, generation), json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fork(client: Any, generation: int, name: str = "f", of: str = "p", **more: Any) -> Any:
    return client.post(GENERATION.format(of, generation) + "/forks", json={"forked_id": name, **more})


def read(client: Any, population: str, generation: int) -> dict[str, Any]:
    return client.get(GENERATION.format(population, generation)).json()


def content(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in ("population_id", "agent_ids")}


@pytest.mark.parametrize("generation", [0, 1, 3])
def test_a_fork_has_the_shared_generations_and_no_more(client, generation):
    made = fork(client, generation, labels={"of": "f"}).json()
    assert (made["forked_from"], made["forked_generation"], made["current_generation"]) == ("p", generation, generation)
    assert (made["size"], made["seed"], made["derived_from"], made["labels"]) == (4, 5, None, {"of": "f"})
    for shared in range(generation + 1):
        assert content(read(client, "f", shared)) == content(read(client, "p", shared))
        assert read(client, "f", shared)["agent_ids"] == [f"f:{shared}:{position}" for position in range(4)]
    assert client.get(GENERATION.format("f", generation + 1)).status_code == 404


def test_bred_alike_both_go_the_same_way_and_otherwise_each_its_own(client):
    fork(client, 1)
    assert content(breed(client, "f", 2)) | {"fitness": None} == content(read(client, "p", 2)) | {"fitness": None}
    other = breed(client, "f", 3, seed=6)
    assert other["genomes"] != read(client, "p", 3)["genomes"]
    assert client.get("/api/v1/populations/p").json()["current_generation"] == 3


def test_it_is_made_once_and_something_else_under_its_id_is_refused(client):
    assert fork(client, 2).json() == fork(client, 2).json()
    assert fork(client, 1).status_code == 409
    assert fork(client, 2, name="p").status_code == 409


def test_it_outlives_its_source(client):
    fork(client, 2)
    fork(client, 1, name="g", of="f")
    shared = content(read(client, "g", 1))
    for population in ("p", "f"):
        client.delete(f"/api/v1/populations/{population}")
    assert content(read(client, "g", 1)) == shared
    breed(client, "g", 2)


def test_what_cannot_be_forked_is_not_found(client):
    assert fork(client, 4).status_code == 404
    assert fork(client, 0, of="unknown").status_code == 404


def test_ancestors_are_found_within_the_fork_and_beyond_a_derivation(client):
    fork(client, 2)
    found = client.get("/api/v1/agents/f:2:0/lineage").json()
    assert {agent["population_id"] for agent in found["ancestors"]} == {"f"}
    assert not found["truncated"]
    client.post(GENERATION.format("p", 3) + "/derivations", json={"derived_id": "d", "seed": 1})
    fork(client, 0, name="e", of="d")
    assert client.get("/api/v1/agents/e:0:1").json()["parent_ids"] == ["p:3:1"]
