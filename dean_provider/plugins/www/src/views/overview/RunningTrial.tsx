import { useQuery } from "@tanstack/react-query";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { Sparkline } from "@/components/chart/Sparkline";
import { Card } from "@/components/layout/Card";
import { Badge } from "@/components/text/Badge";
import { Bar } from "@/components/text/Bar";
import { trialTone } from "@/components/text/tone";
import { TrialLink } from "@/components/trial/TrialTable";
import { compact, fixed, percent } from "@/format/number";
import { useNow } from "@/format/useNow";
import { usePolling } from "@/live/LiveProvider";
import { progressOf } from "@/trials/progress";
import { useMetric } from "@/trials/queries";

import styles from "./overview.module.css";
import { standing } from "./progress";

const POINTS = 60;

/** A trial under way: how far, how good, how diverse, how dear. */
export function RunningTrial({ trial }: { trial: Model<"Workflow"> }) {
  const now = useNow();
  const { data } = useQuery({
    queryKey: [...keys.trial(trial.id), "curve"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/trials/{workflow_id}/generations", { params: { path: { workflow_id: trial.id }, query: { points: POINTS } }, signal })),
    refetchInterval: usePolling(10_000, 60_000),
  });
  const points = data?.points ?? [];
  const done = progressOf(trial);
  const metric = useMetric(trial.objective);
  const best = metric.fitness(trial.best_fitness);
  const spent = trial.token_budget ? (trial.tokens_used ?? 0) / trial.token_budget : null;
  const intervened = points.at(-1)?.intervened;
  return (
    <Card className={styles["trial"]}>
      <div>
        <div className={styles["name"]}>
          <TrialLink trial={trial} />
          {trial.status !== "running" && <Badge tone={trialTone(trial.status)}>{trial.status}</Badge>}
        </div>
        <p className="dim">{standing(trial, points, now)}</p>
        <Bar value={done} label={`Progress of ${trial.name || trial.id}`} text={standing(trial, points, now)} />
      </div>
      <div className={styles["curve"]}>
        <Sparkline values={points.map((point) => metric.of(point.best_fitness))} label={`Best ${metric.name}, now ${best}`} />
        <div title={`${metric.name}, ${metric.reading}`}>
          <span className="dim">best</span> <b>{best}</b>
        </div>
      </div>
      <div>
        <p>
          <span className="dim">diversity</span> <b>{fixed(trial.diversity, 2)}</b>
          {intervened && <span className="dim"> · mutation injected</span>}
        </p>
        <Bar value={trial.diversity ?? null} label="Diversity" text={fixed(trial.diversity, 2)} colour="--diversity" />
      </div>
      <div>
        <p>
          <span className="dim">tokens</span> <b>{spent === null ? compact(trial.tokens_used) : percent(spent)}</b>
          <span className="dim">{spent === null ? " used" : ` of ${compact(trial.token_budget)}`}</span>
        </p>
        {spent !== null && <Bar value={spent} label="Tokens used" text={percent(spent)} colour={spent >= 1 ? "--bad" : "--tokens"} />}
      </div>
    </Card>
  );
}
