import type { Model } from "@/api/client";

export type Agent = Model<"Agent">;
type Lineage = Model<"Lineage">;

/** With more nodes than this the older generations are one node each. */
export const MOST_NODES = 100;

export interface AgentNode {
  kind: "agent";
  id: string;
  generation: number;
  agent: Agent;
}

export interface GenerationNode {
  kind: "generation";
  id: string;
  generation: number;
  agents: number;
  best: number | null;
}

export type Node = AgentNode | GenerationNode;

export interface Graph {
  nodes: Node[];
  edges: { id: string; source: string; target: string; weight: number }[];
  collapsed: number;
}

export const groupId = (generation: number) => `generation ${generation}`;

/** Every agent of a lineage, from the one asked about back. */
export function agentsOf(lineage: Lineage): Agent[] {
  return [lineage.agent, ...lineage.ancestors];
}

/** What is drawn: agents, and where there are too many, generations that stand for theirs until somebody opens them. */
export function graphOf(lineage: Lineage, opened: ReadonlySet<number>, most: number = MOST_NODES): Graph {
  const agents = agentsOf(lineage);
  const closed = closedGenerations(agents, opened, most);
  const place = new Map(agents.map((agent) => [agent.agent_id, closed.has(agent.generation ?? 0) ? groupId(agent.generation ?? 0) : agent.agent_id]));
  const nodes = new Map<string, Node>();
  for (const agent of agents) {
    const generation = agent.generation ?? 0;
    const id = place.get(agent.agent_id) ?? agent.agent_id;
    const known = nodes.get(id);
    if (!closed.has(generation)) nodes.set(id, { kind: "agent", id, generation, agent });
    else if (known?.kind === "generation") nodes.set(id, { ...known, agents: known.agents + 1, best: greater(known.best, agent.fitness) });
    else nodes.set(id, { kind: "generation", id, generation, agents: 1, best: agent.fitness ?? null });
  }
  const edges = new Map<string, Graph["edges"][number]>();
  for (const agent of agents) {
    const target = place.get(agent.agent_id) ?? agent.agent_id;
    for (const parent of new Set(agent.parent_ids ?? [])) {
      const source = place.get(parent);
      if (source === undefined || source === target) continue;
      const id = `${source}→${target}`;
      edges.set(id, { id, source, target, weight: (edges.get(id)?.weight ?? 0) + 1 });
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], collapsed: closed.size };
}

/** The oldest generations, as many as must be one node each so that not too many are drawn; never one that somebody opened. */
function closedGenerations(agents: Agent[], opened: ReadonlySet<number>, most: number): ReadonlySet<number> {
  const sizes = new Map<number, number>();
  for (const agent of agents) sizes.set(agent.generation ?? 0, (sizes.get(agent.generation ?? 0) ?? 0) + 1);
  let drawn = agents.length;
  const closed = new Set<number>();
  for (const [generation, size] of [...sizes].sort(([left], [right]) => left - right)) {
    if (drawn <= most) break;
    if (size < 2 || opened.has(generation)) continue;
    closed.add(generation);
    drawn -= size - 1;
  }
  return closed;
}

function greater(left: number | null, right: number | null | undefined): number | null {
  if (right === null || right === undefined) return left;
  return left === null ? right : Math.max(left, right);
}
