import { Button } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { count, figure, plural } from "@/format/number";
import type { Metric } from "@/trials/metric";

import { counted, differences, type Gene, type Source } from "./difference";
import type { Agent } from "./graph";
import styles from "./lineage.module.css";
import { short } from "./Lineage";

const LISTED = 60;
const COLOURS: Record<Source, string> = { both: "--line", first: "--best", second: "--diversity", new: "--warn" };

/** An agent's genome, gene by gene: what is its parents', and what is new. */
export function Genome({ agent, parents, metric, root, onAgent }: { agent: Agent; parents: Agent[]; metric: Metric; root: string; onAgent: (id: string) => void }) {
  const genes = differences(agent, parents);
  const sums = counted(genes);
  const [first, second] = parents;
  const lost = new Set(agent.parent_ids ?? []).size > parents.length;
  const changed = genes.filter((gene) => gene.source === "new");
  const words: Record<Source, string> = {
    both: parents.length > 1 ? "as both parents have it" : "as the parent has it",
    first: first ? `from ${short(first.agent_id)}` : "",
    second: second ? `from ${short(second.agent_id)}` : "",
    new: parents.length > 0 ? "new" : "drawn",
  };
  return (
    <Card className={styles["genome"]}>
      <h3>{agent.name || short(agent.agent_id)}</h3>
      <p className="dim">
        Generation {count(agent.generation)} · {agent.variation} · {metric.fitness(agent.fitness)}
      </p>
      {agent.agent_id !== root && (
        <p>
          <Button onClick={() => onAgent(agent.agent_id)}>Show its own lineage</Button>
        </p>
      )}
      {lost && <p className="dim">A parent lies beyond what was asked for; ask for more generations back to compare with it.</p>}
      <Strip genes={genes} />
      <ul className={styles["key"]}>
        {(Object.keys(sums) as Source[])
          .filter((source) => sums[source] > 0)
          .map((source) => (
            <li key={source}>
              <span aria-hidden="true" style={{ background: `var(${COLOURS[source]})` }} />
              {plural(sums[source], "gene")} {words[source]}
            </li>
          ))}
      </ul>
      {parents.length > 0 && changed.length > 0 && (
        <div className={styles["genes"]} tabIndex={0} role="region" aria-label="Genes that are new">
          <table>
            <thead>
              <tr>
                <th scope="col">Gene</th>
                {parents.map((parent) => (
                  <th key={parent.agent_id} scope="col">
                    {short(parent.agent_id)}
                  </th>
                ))}
                <th scope="col">Here</th>
              </tr>
            </thead>
            <tbody>
              {changed.slice(0, LISTED).map((gene) => (
                <tr key={gene.name}>
                  <th scope="row">
                    <code>{gene.name}</code>
                  </th>
                  {gene.parents.map((value, index) => (
                    <td key={parents[index]?.agent_id}>{figure(value)}</td>
                  ))}
                  <td>
                    <b>{figure(gene.value)}</b>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {changed.length > LISTED && <p className="dim">and {count(changed.length - LISTED)} more</p>}
        </div>
      )}
    </Card>
  );
}

/** The genome from end to end, each gene in the colour of where it comes from. Neighbours of one colour are one rectangle. */
function Strip({ genes }: { genes: Gene[] }) {
  const runs: { start: number; length: number; source: Source }[] = [];
  genes.forEach((gene, index) => {
    const last = runs.at(-1);
    if (last?.source === gene.source) last.length += 1;
    else runs.push({ start: index, length: 1, source: gene.source });
  });
  return (
    <svg viewBox={`0 0 ${genes.length || 1} 10`} preserveAspectRatio="none" aria-hidden="true" className={styles["strip"]}>
      {runs.map((run) => (
        <rect key={run.start} x={run.start} width={run.length} height="10" fill={`var(${COLOURS[run.source]})`} />
      ))}
    </svg>
  );
}
