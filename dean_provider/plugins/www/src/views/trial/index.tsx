import { lazy, Suspense } from "react";
import { Link, useParams, useSearchParams } from "react-router";

import { useTrialAccess } from "@/api/access";
import { airflowRun } from "@/api/address";
import type { Model } from "@/api/client";
import { asProblem } from "@/api/problem";
import { buttonClass } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { EmptyState, Loading } from "@/components/state/states";
import { Tabs } from "@/components/tabs/Tabs";
import { AirflowLink } from "@/components/text/AirflowLink";
import { Badge } from "@/components/text/Badge";
import { Bar } from "@/components/text/Bar";
import { trialTone } from "@/components/text/tone";
import { count, percent } from "@/format/number";
import { duration } from "@/format/time";
import { changed } from "@/trials/list";
import { ending } from "@/trials/narrative";
import { isOpen, progressOf, secondsLeft } from "@/trials/progress";
import { useMetric, useTrial } from "@/trials/queries";
import { EMPTY } from "@/trials/series";
import { useGenerations } from "@/trials/useGenerations";

import { Configuration } from "./Configuration";
import { Curves } from "./Curves";
import { Failure } from "./Failure";
import { Generations } from "./Generations";
import { Patterns } from "./Patterns";
import { Report } from "./Report";
import { useSteering } from "./Steering";
import { Tiles } from "./Tiles";
import { Timeline } from "./Timeline";
import styles from "./trial.module.css";

// The graph and its layout are large, and most readers never look at them.
const Lineage = lazy(() => import("./lineage/Lineage"));

/** One trial. */
export default function TrialView() {
  const { id = "" } = useParams();
  const query = useTrial(id);
  if (query.data === undefined && query.error && [404, 422].includes(asProblem(query.error).status)) return <Gone />;
  return (
    <Answer query={query} what="the trial" lines={10}>
      {(trial) => <Loaded key={trial.id} trial={trial} />}
    </Answer>
  );
}

function Gone() {
  return (
    <>
      <PageHeader title="No such trial" />
      <EmptyState title="There is no such trial" action={<Link to="/trials">To all trials</Link>}>
        It may have been removed when old records were pruned, or belong to a DAG you may not read.
      </EmptyState>
    </>
  );
}

function Loaded({ trial }: { trial: Model<"WorkflowDetail"> }) {
  const [query, setQuery] = useSearchParams();
  const access = useTrialAccess(trial.id);
  const metric = useMetric(trial.objective);
  const generations = useGenerations(trial.id, { moving: isOpen(trial) });
  const series = generations.data ?? EMPTY;
  const configuration = (trial.configuration ?? {}) as Record<string, unknown>;
  const left = secondsLeft(trial, series.points, configuration["max_time_seconds"] as number | undefined);
  const name = trial.name || trial.id.slice(0, 8);
  const agent = query.get("agent");
  const open = (tab: string, more: Record<string, string> = {}) => setQuery((now) => changed(now, { tab, ...more }), { replace: true });
  const progress = progressOf(trial);
  const steering = useSteering(trial, access);

  return (
    <>
      <PageHeader
        title={name}
        actions={
          <>
            {steering.buttons}
            {trial.dag_id && trial.run_id && (
              <AirflowLink className={buttonClass()} href={airflowRun(trial.dag_id, trial.run_id)}>
                Airflow run
              </AirflowLink>
            )}
          </>
        }
      >
        <Badge tone={trialTone(trial.status)}>{trial.status}</Badge>
        <span className="dim">
          {(trial.generation ?? -1) < 0
            ? "no generation yet"
            : `generation ${count(trial.generation)}${trial.generations ? ` of ${count(trial.generations)}` : ""}`}
          {left !== null && ` · ${duration(left)} left`}
          {trial.termination_reason && !isOpen(trial) ? ` · ended: ${ending(trial.termination_reason)}` : ""}
        </span>
        {trial.parent_id && (
          <span className="dim">
            fork of <Link to={`/trials/${trial.parent_id}`}>another trial</Link>
            {trial.parent_generation !== null && trial.parent_generation !== undefined && ` at generation ${count(trial.parent_generation)}`}
          </span>
        )}
      </PageHeader>
      {steering.standing}
      {isOpen(trial) && progress !== null && (
        <div className={styles["progress"]}>
          <Bar value={progress} label="Generations done" text={percent(progress)} />
        </div>
      )}
      <Failure trial={trial} />
      <Tiles trial={trial} series={series} metric={metric} />
      <div className={styles["columns"]}>
        <Card>
          <Answer query={generations} what="the generations">
            {(data) => <Curves trial={trial} series={data} metric={metric} />}
          </Answer>
        </Card>
        <Card className={styles["events"]}>
          <Section title="Events">
            <Timeline trial={trial} metric={metric} last={series.points.at(-1)} />
          </Section>
        </Card>
      </div>
      <Tabs
        label="More about this trial"
        selected={query.get("tab") ?? "patterns"}
        onSelect={(tab) => open(tab === "patterns" ? "" : tab)}
        items={[
          { id: "patterns", title: "Patterns", content: () => <Patterns trial={trial} access={access} /> },
          {
            id: "generations",
            title: "Generations",
            content: () => <Generations series={series} metric={metric} onAgent={(id) => open("lineage", { agent: id })} />,
          },
          {
            id: "lineage",
            title: "Lineage",
            content: () => (
              <Suspense fallback={<Loading what="the lineage" />}>
                <Lineage trial={trial} series={series} metric={metric} agentId={agent} onAgent={(id) => open("lineage", { agent: id })} />
              </Suspense>
            ),
          },
          { id: "configuration", title: "Configuration", content: () => <Configuration trial={trial} /> },
          { id: "report", title: "Report", content: () => <Report trial={trial} /> },
        ]}
      />
    </>
  );
}
