from __future__ import annotations

import numpy as np
import pytest

from dean_provider.contract.space import SearchSpace
from dean_provider.engine.generation import breed, initial

SPACE = {
    "traits": [
        {"kind": "real", "name": "x", "low": -1, "high": 1, "length": 3},
        {"kind": "choice", "name": "colour", "options": ["red", "green", "blue"]},
    ]
}
BREED = {
    "seed": 5,
    "fitness": [1, 2, 3, 4],
    "elites": [3],
    "parents": [[0, 1], [2, 3], [1, 1]],
    "mutation_rate": 0.5,
    "crossover_rate": 0.9,
}


def create(client, population_id="p", **changes):
    return client.post("/api/v1/populations", json={"population_id": population_id, "space": SPACE, "size": 4, "seed": 5, **changes})


def code(answer):
    return answer.status_code, answer.json().get("error_code")


def test_generation_zero_is_the_engines(indexagent):
    client = indexagent()
    made = create(client).json()
    assert (made["size"], made["seed"], made["current_generation"]) == (4, 5, 0)
    first = client.get("/api/v1/populations/p/generations/0").json()
    bred = initial(SearchSpace.model_validate(SPACE), 4, 5)
    assert np.array_equal(first["genomes"], bred.genomes)
    assert first["agent_ids"] == ["p:0:0", "p:0:1", "p:0:2", "p:0:3"]
    assert (first["fitness"], first["diversity"]) == (None, bred.diversity)


def test_creating_twice_is_once_and_otherwise_a_conflict(indexagent):
    client = indexagent()
    assert create(client).json() == create(client).json()
    answer = create(client, seed=6)
    assert code(answer) == (409, "conflict")
    assert answer.json()["details"]["differences"] == ["seed"]
    assert code(create(client, "q", space=None)) == (422, "invalid_configuration")


def test_breeding_is_the_engines_and_idempotent(indexagent):
    client = indexagent()
    create(client)
    first = client.put("/api/v1/populations/p/generations/1", json=BREED)
    again = client.put("/api/v1/populations/p/generations/1", json=BREED)
    assert first.json() == again.json() == client.get("/api/v1/populations/p/generations/1").json()
    space = SearchSpace.model_validate(SPACE)
    expected = breed(
        space,
        initial(space, 4, 5).genomes,
        parents=BREED["parents"],
        elites=[3],
        seed=5,
        generation=1,
        mutation_rate=0.5,
        crossover_rate=0.9,
    )
    assert np.array_equal(first.json()["genomes"], expected.genomes)
    assert first.json()["parents"] == expected.parents
    assert client.get("/api/v1/populations/p").json()["current_generation"] == 1
    assert client.get("/api/v1/populations/p/generations/0").json()["fitness"] == [1, 2, 3, 4]
    assert code(client.put("/api/v1/populations/p/generations/1", json={**BREED, "seed": 6})) == (409, "conflict")
    assert code(client.put("/api/v1/populations/p/generations/1", json={**BREED, "fitness": [1, 2, 3, 5]})) == (409, "conflict")


@pytest.mark.parametrize(
    ("changes", "generation", "expected"),
    [
        ({}, 2, (404, "not_found")),
        ({"fitness": [1, 2, 3]}, 1, (422, "invalid_configuration")),
        ({"elites": []}, 1, (422, "invalid_configuration")),
        ({"parents": [[0, 1], [2, 3], [1, 4]]}, 1, (422, "invalid_configuration")),
        ({"parents": [[0, 1], [2, 3], [1, -1]]}, 1, (422, "invalid_configuration")),
        ({"mutation_rate": 1.5}, 1, (422, "invalid_configuration")),
    ],
)
def test_what_cannot_be_bred_is_refused(indexagent, changes, generation, expected):
    client = indexagent()
    create(client)
    assert code(client.put(f"/api/v1/populations/p/generations/{generation}", json={**BREED, **changes})) == expected


def test_fitness_is_noted_once(indexagent):
    client = indexagent()
    create(client)
    note = "/api/v1/populations/p/generations/0/fitness"
    assert client.put(note, json={"fitness": [1, 2, 3, 4]}).json()["fitness"] == [1, 2, 3, 4]
    assert client.put(note, json={"fitness": [1, 2, 3, 4]}).status_code == 200
    assert code(client.put(note, json={"fitness": [1, 2, 3, 5]})) == (409, "conflict")
    assert code(client.put("/api/v1/populations/p/generations/7/fitness", json={"fitness": [1, 2, 3, 4]})) == (404, "not_found")
    assert client.get("/api/v1/agents/p:0:2").json()["fitness"] == 3


def test_diversity_by_trait(indexagent):
    client = indexagent()
    create(client)
    found = client.get("/api/v1/populations/p/generations/0/diversity").json()
    assert found["by_trait"].keys() == {"x", "colour"}
    assert 0 < found["diversity"] <= 1


def test_populations_are_listed_by_page_and_released(indexagent):
    client = indexagent()
    for name in "abc":
        create(client, name)
    first = client.get("/api/v1/populations?limit=2").json()
    second = client.get(f"/api/v1/populations?limit=2&cursor={first['next_cursor']}").json()
    assert [row["population_id"] for row in first["populations"] + second["populations"]] == ["c", "b", "a"]
    assert second["next_cursor"] is None
    assert client.delete("/api/v1/populations/b").json() == {"released": True}
    assert client.delete("/api/v1/populations/b").json() == {"released": True}
    assert code(client.get("/api/v1/populations/b")) == (404, "not_found")
    assert code(client.get("/api/v1/populations/b/generations/0")) == (404, "not_found")


def test_a_derived_population_is_a_changed_copy(indexagent):
    client = indexagent()
    create(client)
    body = {"ranges": [{"trait": "x", "index": 1, "low": 0.9, "high": 1.0}]}
    request = {"derived_id": "d", "patterns": [body], "seed": 3}
    made = client.post("/api/v1/populations/p/generations/0/derivations", json=request)
    assert made.json()["derived_from"] == "p"
    assert client.post("/api/v1/populations/p/generations/0/derivations", json=request).json() == made.json()
    assert code(client.post("/api/v1/populations/p/generations/0/derivations", json={**request, "seed": 4})) == (409, "conflict")
    before = np.array(client.get("/api/v1/populations/p/generations/0").json()["genomes"])
    copy = client.get("/api/v1/populations/d/generations/0").json()
    after = np.array(copy["genomes"])
    assert (after[:, 1] >= 0.9).all()
    assert np.array_equal(np.delete(before, 1, axis=1), np.delete(after, 1, axis=1))
    assert set(copy["variations"]) <= {"imposed", "initial"}
    agent = client.get("/api/v1/agents/d:0:1").json()
    assert agent["parent_ids"] == ["p:0:1"]


def test_a_derived_population_may_have_mutations_injected(indexagent):
    client = indexagent()
    create(client)
    alike = {"ranges": [{"trait": "x", "index": index, "low": 0.0, "high": 0.1} for index in range(3)]}
    request = {"derived_id": "m", "patterns": [alike], "mutation": {"threshold": 1, "rate": 0.5, "target": 1}, "seed": 3}
    client.post("/api/v1/populations/p/generations/0/derivations", json=request)
    assert client.get("/api/v1/populations/m/generations/0").json()["variations"].count("injected") == 2


def test_an_agent_outside_any_population(indexagent):
    client = indexagent()
    request = {"agent_id": "lonely", "name": "Lonely", "space": SPACE, "genome": [0.5, 0, -0.5, 2], "labels": {"a": "b"}}
    made = client.post("/api/v1/agents", json=request).json()
    assert made["traits"] == {"x": [0.5, 0, -0.5], "colour": "blue"}
    assert client.post("/api/v1/agents", json=request).json() == made
    assert code(client.post("/api/v1/agents", json={**request, "name": "x"})) == (409, "conflict")
    assert code(client.post("/api/v1/agents", json={**request, "agent_id": "y", "genome": [5, 0, 0, 0]})) == (422, "invalid_configuration")
    assert code(client.post("/api/v1/agents", json={**request, "agent_id": "p:0:1"})) == (422, "invalid_configuration")
    assert client.get("/api/v1/agents/lonely").json() == made
    assert client.delete("/api/v1/agents/lonely").json() == {"released": True}
    assert code(client.get("/api/v1/agents/lonely")) == (404, "not_found")


@pytest.mark.parametrize("name", ["nobody", "p:0:4", "p:9:0", "q:0:0"])
def test_agents_that_do_not_exist_are_not_found(indexagent, name):
    client = indexagent()
    create(client)
    assert code(client.get(f"/api/v1/agents/{name}")) == (404, "not_found")


def test_agents_of_populations_go_with_them(indexagent):
    client = indexagent()
    create(client)
    assert client.delete("/api/v1/agents/p:0:1").status_code == 409


def test_agents_are_listed_through_all_pages(indexagent):
    client = indexagent()
    create(client, "a")
    create(client, "b")
    client.put("/api/v1/populations/a/generations/1", json=BREED)
    for number in range(3):
        client.post("/api/v1/agents", json={"agent_id": f"alone-{number}", "space": SPACE, "genome": [0, 0, 0, 0]})

    def walk(**query):
        seen, cursor = [], None
        while True:
            page = client.get("/api/v1/agents", params={**query, "limit": 3, **({"cursor": cursor} if cursor else {})}).json()
            seen += [agent["agent_id"] for agent in page["agents"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return seen

    alone = [f"alone-{number}" for number in range(3)]
    assert walk() == [*alone, *(f"b:0:{i}" for i in range(4)), *(f"a:1:{i}" for i in range(4))]
    assert walk(population_id="a") == [f"a:1:{i}" for i in range(4)]
    assert walk(population_id="a", generation=0) == [f"a:0:{i}" for i in range(4)]
    assert walk(generation=1) == [f"a:1:{i}" for i in range(4)]


def test_lineage_goes_back_nearest_first_within_its_bounds(indexagent):
    client = indexagent()
    create(client)
    for generation in (1, 2, 3):
        client.put(f"/api/v1/populations/p/generations/{generation}", json=BREED)
    whole = client.get("/api/v1/agents/p:3:2/lineage").json()
    generations = [agent["generation"] for agent in whole["ancestors"]]
    assert generations == sorted(generations, reverse=True)
    assert {0, 1, 2} == set(generations)
    assert not whole["truncated"]
    known = {agent["agent_id"] for agent in whole["ancestors"]} | {"p:3:2"}
    assert {parent for agent in whole["ancestors"] for parent in agent["parent_ids"]} <= known
    shallow = client.get("/api/v1/agents/p:3:2/lineage?depth=1").json()
    assert {agent["generation"] for agent in shallow["ancestors"]} == {2}
    assert shallow["truncated"]
    few = client.get("/api/v1/agents/p:3:2/lineage?limit=1").json()
    assert len(few["ancestors"]) == 1
    assert few["truncated"]


def test_lineage_crosses_derivations_until_the_source_is_gone(indexagent):
    client = indexagent()
    create(client)
    client.post("/api/v1/populations/p/generations/0/derivations", json={"derived_id": "d"})
    assert [agent["agent_id"] for agent in client.get("/api/v1/agents/d:0:1/lineage").json()["ancestors"]] == ["p:0:1"]
    client.delete("/api/v1/populations/p")
    gone = client.get("/api/v1/agents/d:0:1/lineage").json()
    assert (gone["ancestors"], gone["truncated"]) == ([], True)


def test_patterns_need_a_fitness(indexagent):
    client = indexagent()
    create(client)
    answer = client.post("/api/v1/populations/p/patterns/detect", json={})
    assert code(answer) == (409, "invalid_state")


def test_patterns_are_found_where_the_fittest_agree(indexagent):
    client = indexagent()
    create(client, size=200)
    genomes = np.array(client.get("/api/v1/populations/p/generations/0").json()["genomes"])
    fitness = np.where(np.abs(genomes[:, 1] - 0.5) < 0.2, 1.0, 0.0) + 1e-6 * genomes[:, 0]
    client.put("/api/v1/populations/p/generations/0/fitness", json={"fitness": fitness.tolist()})
    found = client.post("/api/v1/populations/p/patterns/detect", json={}).json()["patterns"]
    assert found
    ranges = found[0]["body"]["ranges"]
    assert [(one["trait"], one["index"]) for one in ranges] == [("x", 1)]
    assert found[0]["support"]["q_value"] <= 0.05
    assert found[0]["generation"] == 0
    assert found[0]["pattern_id"] == client.post("/api/v1/populations/p/patterns/detect", json={}).json()["patterns"][0]["pattern_id"]
    shuffled = np.random.default_rng(1).permutation(fitness)
    create(client, "q", size=200)
    client.put("/api/v1/populations/q/generations/0/fitness", json={"fitness": shuffled.tolist()})
    assert client.post("/api/v1/populations/q/patterns/detect", json={}).json()["patterns"] == []


def test_what_is_too_large_is_refused(indexagent):
    client = indexagent(max_generation_genes=19, max_detection_genes=15)
    assert code(create(client, size=5)) == (413, "limit_exceeded")
    assert create(client).status_code == 200
    client.put("/api/v1/populations/p/generations/0/fitness", json={"fitness": [1, 2, 3, 4]})
    assert code(client.post("/api/v1/populations/p/patterns/detect", json={})) == (413, "limit_exceeded")
