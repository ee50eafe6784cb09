import type { Agent } from "./graph";

/** Where a gene comes from: every parent has it, only the first, only the second, or none. */
export type Source = "both" | "first" | "second" | "new";

export interface Gene {
  name: string;
  value: number;
  parents: (number | undefined)[];
  source: Source;
}

/** Names of genes: a trait's own where it is one gene, else with the place in it. */
export function geneNames(agent: Agent): string[] {
  const names = Object.entries(agent.traits ?? {}).flatMap(([trait, value]) => (Array.isArray(value) ? value.map((_, index) => `${trait}[${index}]`) : [trait]));
  return names.length === agent.genome.length ? names : agent.genome.map((_, index) => `gene[${index}]`);
}

/** An agent's genome gene by gene beside its parents', of which there are at most two. */
export function differences(agent: Agent, parents: Agent[]): Gene[] {
  const names = geneNames(agent);
  const [first, second] = parents;
  return agent.genome.map((value, index) => {
    const theirs = parents.map((parent) => parent.genome[index]);
    const ofFirst = first !== undefined && theirs[0] === value;
    const ofSecond = second !== undefined && theirs[1] === value;
    const all = parents.length > 0 && theirs.every((their) => their === value);
    const source: Source = all ? "both" : ofFirst ? "first" : ofSecond ? "second" : "new";
    return { name: names[index] ?? `gene[${index}]`, value, parents: theirs, source };
  });
}

export function counted(genes: Gene[]): Record<Source, number> {
  const found: Record<Source, number> = { both: 0, first: 0, second: 0, new: 0 };
  for (const gene of genes) found[gene.source] += 1;
  return found;
}
