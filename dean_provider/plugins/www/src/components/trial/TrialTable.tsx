import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { Badge } from "@/components/text/Badge";
import { trialTone } from "@/components/text/tone";
import { When } from "@/components/text/When";
import { Table, type Column } from "@/components/table/Table";
import { count } from "@/format/number";
import { between } from "@/format/time";
import { useNow } from "@/format/useNow";
import type { Metric } from "@/trials/metric";
import { useMetric } from "@/trials/queries";

type Trial = Model<"Workflow">;

/** A trial's name as a link to it. One without a name is called by its id. */
export function TrialLink({ trial }: { trial: Pick<Trial, "id" | "name"> }) {
  return <Link to={`/trials/${trial.id}`}>{trial.name || trial.id.slice(0, 8)}</Link>;
}

/** Some trials, each with how it stands. `outcomes` asks for what each came to on data it never saw. */
export function TrialTable({ caption, trials, outcomes = false }: { caption: string; trials: Trial[]; outcomes?: boolean }) {
  const now = useNow();
  const columns: Column<Trial>[] = [
    { title: "Trial", cell: (trial) => <TrialLink trial={trial} /> },
    { title: "Outcome", cell: (trial) => <Outcome trial={trial} /> },
    { title: "Best", cell: (trial) => <Best trial={trial} />, right: true },
    ...(outcomes ? [{ title: "On unseen data", cell: (trial: Trial) => <Unseen trial={trial} />, right: true }] : []),
    { title: "Generations", cell: (trial) => count(Math.max(0, trial.generation)), right: true },
    { title: "Took", cell: (trial) => between(trial.started_at, trial.completed_at, now), right: true },
    { title: "When", cell: (trial) => <When at={trial.completed_at ?? trial.created_at} /> },
  ];
  return <Table caption={caption} columns={columns} rows={trials} rowKey={(trial) => trial.id} />;
}

/** How a trial stands, and why where it failed. */
export function Outcome({ trial }: { trial: Pick<Trial, "status" | "error"> }) {
  return (
    <span>
      <Badge tone={trialTone(trial.status)}>{trial.status}</Badge>
      {trial.error ? <span className="dim"> {trial.error}</span> : null}
    </span>
  );
}

function Best({ trial }: { trial: Trial }) {
  return <>{useMetric(trial.objective).fitness(trial.best_fitness)}</>;
}

/** The best of the baselines on unseen data, by name; nothing without one. */
export function rival(baselines: Record<string, Model<"Scores">>, metric: Metric): [name: string, score: number] | null {
  let found: [string, number] | null = null;
  for (const [name, scores] of Object.entries(baselines)) {
    const score = scores.test;
    if (score === null || score === undefined) continue;
    if (!found || (metric.minimised ? score < found[1] : score > found[1])) found = [name, score];
  }
  return found;
}

function Unseen({ trial }: { trial: Trial }) {
  const metric = useMetric(trial.objective);
  const { data } = useQuery({
    queryKey: [...keys.trial(trial.id), "scores"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/trials/{workflow_id}", { params: { path: { workflow_id: trial.id }, query: { fields: "scores,baselines" } }, signal })),
    enabled: trial.status === "completed",
    staleTime: Infinity,
  });
  const score = data?.scores?.test;
  if (score === null || score === undefined) return <span className="dim">–</span>;
  const best = rival(data?.baselines ?? {}, metric);
  return (
    <span>
      {metric.text(score)}
      {best && (
        <span className="dim">
          {" "}
          ({best[0].replaceAll("_", " ")} {metric.text(best[1])})
        </span>
      )}
    </span>
  );
}
