import type { Model } from "@/api/client";
import { Table } from "@/components/table/Table";
import { count } from "@/format/number";
import type { Metric } from "@/trials/metric";

import { agentsOf } from "./graph";
import styles from "./lineage.module.css";
import { short } from "./Lineage";

const LISTED = 200;

/** The same lineage as a table, for whoever cannot use the graph. */
export function Ancestors({ lineage, metric, onSelect }: { lineage: Model<"Lineage">; metric: Metric; onSelect: (id: string) => void }) {
  const agents = agentsOf(lineage).slice(0, LISTED);
  return (
    <details className={styles["ancestors"]}>
      <summary>As a table</summary>
      <Table
        caption="The agent and its ancestors, the nearest first"
        rows={agents}
        rowKey={(agent) => agent.agent_id}
        columns={[
          {
            title: "Agent",
            cell: (agent) => (
              <button type="button" className={styles["link"]} onClick={() => onSelect(agent.agent_id)}>
                {short(agent.agent_id)}
              </button>
            ),
          },
          { title: "Generation", cell: (agent) => count(agent.generation), right: true },
          { title: "Variation", cell: (agent) => agent.variation },
          { title: "Fitness", cell: (agent) => metric.fitness(agent.fitness), right: true },
          { title: "Parents", cell: (agent) => [...new Set(agent.parent_ids ?? [])].map(short).join(", ") || "–" },
        ]}
      />
    </details>
  );
}
