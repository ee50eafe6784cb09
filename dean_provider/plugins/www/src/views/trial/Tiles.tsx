import type { ReactNode } from "react";

import type { Model } from "@/api/client";
import { Bar } from "@/components/text/Bar";
import { compact, count, fixed, percent, plural } from "@/format/number";
import type { Metric } from "@/trials/metric";
import { tokensAtEnd } from "@/trials/progress";
import type { Series } from "@/trials/series";

import styles from "./trial.module.css";

function Tile({ title, value, children }: { title: string; value: ReactNode; children?: ReactNode }) {
  return (
    <div className={styles["tile"]}>
      <dt>{title}</dt>
      <dd>
        <b>{value}</b>
        {children !== undefined && <span className="dim">{children}</span>}
      </dd>
    </div>
  );
}

/** How a trial stands, in five figures. */
export function Tiles({ trial, series, metric }: { trial: Model<"WorkflowDetail">; series: Series; metric: Metric }) {
  const last = series.points.at(-1);
  const best = last?.best_fitness ?? trial.best_fitness;
  const diversity = last?.diversity ?? trial.diversity;
  const used = Math.max(last?.tokens_used ?? 0, trial.tokens_used ?? 0);
  const configuration = (trial.configuration ?? {}) as Record<string, unknown>;
  const threshold = configuration["diversity_threshold"] as number | undefined;
  const patterns = trial.patterns ?? [];
  return (
    <dl className={styles["tiles"]}>
      <Tile title={metric.name === "fitness" ? "Best fitness" : "Best"} value={metric.fitness(best)}>
        {verdict(trial, metric) ?? metric.name}
      </Tile>
      <Tile title="Diversity" value={fixed(diversity, 2)}>
        {threshold ? `threshold ${fixed(threshold, 2)}` : "no threshold"}
        {trial.interventions ? ` · ${plural(trial.interventions, "intervention")}` : ""}
      </Tile>
      <Tile title="Tokens" value={count(used)}>
        {trial.token_budget ? `of ${count(trial.token_budget)}` : "no budget"}
        {ends(tokensAtEnd(trial, series.points), trial.token_budget)}
        {trial.token_budget ? (
          <Bar value={used / trial.token_budget} label="Tokens of the budget" text={percent(used / trial.token_budget)} colour="--tokens" />
        ) : null}
      </Tile>
      <Tile title="Patterns" value={count(patterns.length)}>
        {waiting(trial)}
      </Tile>
      <Tile title="Digest" value={<code title={trial.digest ?? undefined}>{trial.digest ? short(trial.digest) : "–"}</code>}>
        chain of {plural(trial.head.sequence, "event")}
      </Tile>
    </dl>
  );
}

function short(digest: string): string {
  return [digest.slice(0, 4), digest.slice(4, 8), digest.slice(8, 12)].join("·");
}

function ends(tokens: number | null, budget: number | null | undefined): string {
  if (tokens === null) return "";
  return budget && tokens > budget ? " · will not last to the end" : ` · ends at about ${compact(tokens)}`;
}

function waiting(trial: Model<"WorkflowDetail">): string {
  if (trial.approval === "asked") return "waiting for approval";
  const applied = (trial.patterns ?? []).filter((pattern) => pattern.status === "applied").length;
  return applied ? `${count(applied)} applied` : "found in this trial";
}

/** The outcome on unseen instances beside the best baseline, once they were measured. */
function verdict(trial: Model<"WorkflowDetail">, metric: Metric): string | null {
  const own = trial.scores?.test ?? trial.scores?.validation;
  const set = trial.scores?.test === null || trial.scores?.test === undefined ? "validation" : "test";
  if (own === null || own === undefined) return null;
  const others = Object.entries(trial.baselines ?? {})
    .map(([name, scores]) => [name, scores[set]] as const)
    .filter((pair): pair is readonly [string, number] => typeof pair[1] === "number")
    .sort((left, right) => (metric.minimised ? left[1] - right[1] : right[1] - left[1]));
  const first = others[0];
  return `${metric.text(own)} on unseen${first ? ` · ${first[0].replaceAll("_", " ")} ${metric.text(first[1])}` : ""}`;
}
