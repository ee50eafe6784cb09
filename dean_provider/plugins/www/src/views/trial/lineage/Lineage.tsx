import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { ask, api, type Model } from "@/api/client";
import { SelectField, TextField } from "@/components/control/Field";
import { Answer } from "@/components/state/Answer";
import { EmptyState, Loading } from "@/components/state/states";
import { count, plural } from "@/format/number";
import type { Metric } from "@/trials/metric";
import { lastGeneration, type Series } from "@/trials/series";

import { Ancestors } from "./Ancestors";
import { Genome } from "./Genome";
import { agentsOf, graphOf } from "./graph";
import { LineageGraph } from "./LineageGraph";
import styles from "./lineage.module.css";

const DEPTH = 10;
const MOST = 1000;

interface Props {
  trial: Model<"WorkflowDetail">;
  series: Series;
  metric: Metric;
  agentId: string | null;
  onAgent: (id: string) => void;
}

/** Where an agent comes from: its ancestors, and what of its genome is whose. */
export default function Lineage({ trial, series, metric, agentId, onAgent }: Props) {
  const last = lastGeneration(series);
  const best = series.points.at(-1)?.best_agent_id;
  const [pinned] = useState(best);
  const wanted = agentId ?? pinned ?? best ?? null;
  const [depth, setDepth] = useState(DEPTH);
  if (last < 0 || wanted === null) return <EmptyState title="No agent yet">Agents are there from the initial population on.</EmptyState>;
  return (
    <>
      <div className={styles["choice"]}>
        <AgentChoice trial={trial} last={last} metric={metric} onAgent={onAgent} />
        <SelectField label="Generations back" value={depth} onChange={(event) => setDepth(Number(event.target.value))}>
          {[5, 10, 30, 100, 1000].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
      </div>
      <Of key={`${wanted} ${depth}`} trial={trial} agentId={wanted} depth={depth} metric={metric} onAgent={onAgent} />
    </>
  );
}

/** A generation, and of it an agent, the fittest first. */
function AgentChoice({ trial, last, metric, onAgent }: { trial: Model<"WorkflowDetail">; last: number; metric: Metric; onAgent: (id: string) => void }) {
  const [text, setText] = useState("");
  const generation = text === "" ? last : Number(text);
  const fine = Number.isInteger(generation) && generation >= 0 && generation <= last;
  const { data, isFetching, error } = useQuery({
    queryKey: ["agents", trial.id, generation],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/trials/{workflow_id}/agents", { params: { path: { workflow_id: trial.id }, query: { generation, limit: 1000 } }, signal })),
    enabled: fine,
    staleTime: 60_000,
    retry: false,
  });
  const agents = useMemo(() => [...(data?.agents ?? [])].sort((left, right) => (right.fitness ?? -Infinity) - (left.fitness ?? -Infinity)), [data]);
  return (
    <>
      <TextField
        label={`Generation (0 to ${count(last)})`}
        type="number"
        min={0}
        max={last}
        value={text}
        placeholder={String(last)}
        aria-invalid={!fine}
        onChange={(event) => setText(event.target.value)}
      />
      <SelectField label={error ? "Agents are not known now" : isFetching ? "Agent, loading…" : "Agent, the fittest first"} value="" onChange={(event) => event.target.value && onAgent(event.target.value)}>
        <option value="">choose…</option>
        {agents.map((agent) => (
          <option key={agent.agent_id} value={agent.agent_id}>
            {`${agent.name || short(agent.agent_id)} · ${metric.fitness(agent.fitness)}`}
          </option>
        ))}
      </SelectField>
    </>
  );
}

/** The end of an agent's id, which tells it from others of its population. */
export function short(id: string): string {
  return id.split(/[:/]/).slice(-2).join(":");
}

function Of({ trial, agentId, depth, metric, onAgent }: { trial: Model<"WorkflowDetail">; agentId: string; depth: number; metric: Metric; onAgent: (id: string) => void }) {
  const query = useQuery({
    queryKey: ["lineage", trial.id, agentId, depth],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/v1/trials/{workflow_id}/agents/{agent_id}/lineage", {
          params: { path: { workflow_id: trial.id, agent_id: agentId }, query: { depth, limit: MOST } },
          signal,
        }),
      ),
    staleTime: Infinity,
    // The gateway has repeated it already, for as long as somebody can be kept waiting.
    retry: false,
  });
  return (
    <Answer query={query} what="the lineage">
      {(lineage) => <Drawn lineage={lineage} metric={metric} onAgent={onAgent} />}
    </Answer>
  );
}

function Drawn({ lineage, metric, onAgent }: { lineage: Model<"Lineage">; metric: Metric; onAgent: (id: string) => void }) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [selected, setSelected] = useState(lineage.agent.agent_id);
  const graph = useMemo(() => graphOf(lineage, opened), [lineage, opened]);
  const agents = useMemo(() => new Map(agentsOf(lineage).map((agent) => [agent.agent_id, agent])), [lineage]);
  const agent = agents.get(selected) ?? lineage.agent;
  const parents = [...new Set(agent.parent_ids ?? [])].map((id) => agents.get(id)).filter((parent) => parent !== undefined);
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  return (
    <>
      <p className="dim">
        {plural(lineage.ancestors.length, "ancestor")} of {short(lineage.agent.agent_id)}
        {lineage.truncated && "; there are more, further back"}
        {graph.collapsed > 0 && `; ${plural(graph.collapsed, "generation")} shown as one each: press one to open it`}
      </p>
      <div className={styles["both"]}>
        {ready ? (
          <LineageGraph
            graph={graph}
            metric={metric}
            selected={selected}
            onSelect={setSelected}
            onOpen={(generation) => setOpened((before) => new Set([...before, generation]))}
          />
        ) : (
          <Loading what="the graph" />
        )}
        <Genome agent={agent} parents={parents} metric={metric} root={lineage.agent.agent_id} onAgent={onAgent} />
      </div>
      <Ancestors lineage={lineage} metric={metric} onSelect={setSelected} />
    </>
  );
}
