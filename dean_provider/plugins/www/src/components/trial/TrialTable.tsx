import { Link } from "react-router";

import type { Model } from "@/api/client";
import { Badge } from "@/components/text/Badge";
import { trialTone } from "@/components/text/tone";
import { When } from "@/components/text/When";
import { Table, type Column } from "@/components/table/Table";
import { count, figure } from "@/format/number";
import { between } from "@/format/time";
import { useNow } from "@/format/useNow";

type Trial = Model<"Workflow">;

/** A trial's name as a link to it. One without a name is called by its id. */
export function TrialLink({ trial }: { trial: Pick<Trial, "id" | "name"> }) {
  return <Link to={`/trials/${trial.id}`}>{trial.name || trial.id.slice(0, 8)}</Link>;
}

/** Some trials, each with how it stands. */
export function TrialTable({ caption, trials }: { caption: string; trials: Trial[] }) {
  const now = useNow();
  const columns: Column<Trial>[] = [
    { title: "Trial", cell: (trial) => <TrialLink trial={trial} /> },
    { title: "Outcome", cell: (trial) => <Outcome trial={trial} /> },
    { title: "Best", cell: (trial) => figure(trial.best_fitness), right: true },
    { title: "Generations", cell: (trial) => count(trial.generation + 1), right: true },
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
