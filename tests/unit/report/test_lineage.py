from __future__ import annotations

from dean_provider.contract.population import Agent, Lineage
from dean_provider.report.lineage import descent
from dean_provider.report.metric import Metric


def agent(name: str, generation: int, parents=(), fitness: float | None = -1.0, variation: str = "crossover") -> Agent:
    return Agent(agent_id=name, generation=generation, genome=[], parent_ids=list(parents), fitness=fitness, variation=variation)


def metric_of(data) -> Metric:
    return Metric.of(data.trial.objective)


def test_follows_the_fitter_parent_and_folds_unchanged_copies(make_data):
    lineage = Lineage(
        agent=agent("p:4:0", 4, ["p:3:0"], -2.0, "elite"),
        ancestors=[
            agent("p:3:0", 3, ["p:2:0", "p:2:1"], -2.0, "mutation"),
            agent("p:2:0", 2, ["p:1:0"], -3.0, "elite"),
            agent("p:2:1", 2, ["p:1:1"], -5.0, "injected"),
            agent("p:1:0", 1, ["p:0:0"], -3.0, "crossover"),
            agent("p:1:1", 1, ["p:0:0"], -6.0, "mutation"),
            agent("p:0:0", 0, [], -4.0, "initial"),
        ],
    )
    told = descent(lineage, metric_of(make_data()))
    assert [(step.generations, step.short, step.gain) for step in told.steps] == [
        ("3\u20134", "3:0", "+1.00\u202f%"),
        ("1\u20132", "1:0", "+1.00\u202f%"),
        ("0", "0:0", ""),
    ]
    assert told.steps[0].how == "child of 2:0 (3.00\u202f%) and 2:1 (5.00\u202f%), mutated"
    assert told.steps[2].how == "drawn for the initial population"
    assert {dot.style for dot in told.chart.dots} == {"outcome", "descent", "kin"}
    assert len(told.chart.edges) == 7


def test_cycles_and_unknown_parents_end_the_line(make_data):
    lineage = Lineage(agent=agent("a", 3, ["b", "gone"]), ancestors=[agent("b", 2, ["a"])], truncated=True)
    told = descent(lineage, metric_of(make_data()))
    assert [step.agent_id for step in told.steps] == ["a", "b"]
    assert told.truncated


def test_agents_without_fitness_are_listed_but_not_drawn(make_data):
    told = descent(Lineage(agent=agent("a", 1, ["b"], None), ancestors=[agent("b", 0, [], None, "initial")]), metric_of(make_data()))
    assert told.chart is None
    assert [step.value for step in told.steps] == ["\u2013", "\u2013"]


def test_an_agent_without_ancestors(make_data):
    told = descent(Lineage(agent=agent("a", 0, [], -1.0, "initial"), ancestors=[]), metric_of(make_data()))
    assert told.chart is None
    assert told.ancestors == 0
    assert descent(None, metric_of(make_data())) is None


def test_long_lines_are_bounded_and_keep_their_beginning(make_data):
    line = [agent(f"p:{number}:0", number, [f"p:{number - 1}:0"] if number else []) for number in range(5000, -1, -1)]
    told = descent(Lineage(agent=line[0], ancestors=line[1:]), metric_of(make_data()))
    assert len(told.steps) == 40
    assert told.left_out == 4961
    assert told.steps[0].agent_id == "p:5000:0"
    assert told.steps[-1].agent_id == "p:0:0"
    assert len(told.chart.dots) <= 1200
