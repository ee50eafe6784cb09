import { describe, expect, it } from "vitest";

import { counted, differences, geneNames } from "./difference";
import { graphOf, groupId, type Agent } from "./graph";

const agent = (generation: number, position: number, parents: string[] = [], more: Partial<Agent> = {}): Agent =>
  ({ agent_id: `p:${generation}:${position}`, name: "", generation, position, genome: [1, 2, 3], traits: {}, parent_ids: parents, variation: "crossover", fitness: 0 - position, labels: {}, ...more }) as Agent;

/** Two agents in each generation, each a child of both of the one before. */
function family(generations: number) {
  const of = (generation: number, position: number) => agent(generation, position, generation > 0 ? [`p:${generation - 1}:0`, `p:${generation - 1}:1`] : []);
  const ancestors = Array.from({ length: generations }, (_, back) => generations - 1 - back).flatMap((generation) => [of(generation, 0), of(generation, 1)]);
  return { agent: of(generations, 0), ancestors, truncated: false };
}

describe("a lineage's graph", () => {
  it("has every agent and parent while there are few", () => {
    const graph = graphOf(family(3), new Set());
    expect([graph.nodes.length, graph.edges.length, graph.collapsed]).toEqual([7, 10, 0]);
  });

  it("shows the oldest generations as one node each where there are too many, and what is between them once", () => {
    const graph = graphOf(family(10), new Set(), 15);
    expect(graph.nodes.length).toBeLessThanOrEqual(15);
    expect(graph.nodes.find((node) => node.id === groupId(0))).toMatchObject({ kind: "generation", agents: 2, best: 0 });
    expect(graph.edges.find((edge) => edge.source === groupId(0))).toMatchObject({ target: groupId(1), weight: 4 });
    expect(graph.nodes.some((node) => node.id === "p:10:0")).toBe(true);
  });

  it("opens the generation that somebody pressed", () => {
    const graph = graphOf(family(10), new Set([0]), 15);
    expect(graph.nodes.filter((node) => node.generation === 0).map((node) => node.kind)).toEqual(["agent", "agent"]);
  });

  it("leaves out parents that were not sent", () => {
    const graph = graphOf({ agent: agent(5, 0, ["p:4:7"]), ancestors: [], truncated: true }, new Set());
    expect(graph.edges).toEqual([]);
  });
});

describe("a genome beside its parents'", () => {
  const first = agent(0, 0, [], { genome: [1, 1, 5, 0] });
  const second = agent(0, 1, [], { genome: [1, 2, 6, 0] });
  const child = agent(1, 0, [], { genome: [1, 2, 5, 9], traits: { table: [1, 2, 5], rate: 9 } });

  it("tells gene by gene where each comes from", () => {
    expect(differences(child, [first, second]).map((gene) => gene.source)).toEqual(["both", "second", "first", "new"]);
    expect(counted(differences(child, [first, second]))).toEqual({ both: 1, first: 1, second: 1, new: 1 });
    expect(differences(child, [first]).map((gene) => gene.source)).toEqual(["both", "new", "both", "new"]);
    expect(counted(differences(child, [])).new).toBe(4);
  });

  it("calls genes by their traits", () => {
    expect(geneNames(child)).toEqual(["table[0]", "table[1]", "table[2]", "rate"]);
    expect(geneNames(first)).toEqual(["gene[0]", "gene[1]", "gene[2]", "gene[3]"]);
  });
});
