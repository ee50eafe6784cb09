import { useMemo } from "react";

import type { Model } from "@/api/client";
import { Chart } from "@/components/chart/Chart";
import type { Curve, Level } from "@/components/chart/options";
import { Section } from "@/components/layout/Section";
import { EmptyState } from "@/components/state/states";
import { compact, count, fixed } from "@/format/number";
import type { Metric } from "@/trials/metric";
import { isOpen } from "@/trials/progress";
import type { Series } from "@/trials/series";

interface Props {
  trial: Model<"WorkflowDetail">;
  series: Series;
  metric: Metric;
}

/** Fitness as what the objective measures, diversity, and tokens, over the generations. */
export function Curves({ trial, series, metric }: Props) {
  const configuration = (trial.configuration ?? {}) as Record<string, unknown>;
  const threshold = configuration["diversity_threshold"] as number | null | undefined;
  const target = configuration["fitness_threshold"] as number | null | undefined;
  const { x, fitness, diversity, tokens } = useMemo(() => curvesOf(series, metric), [series, metric]);
  const levels = useMemo<Level[]>(
    () => (target === null || target === undefined ? [] : [{ name: "ends at", value: metric.of(target), colour: "--good" }]),
    [target, metric],
  );
  const least = useMemo<Level[]>(() => (threshold ? [{ name: "threshold", value: threshold, colour: "--bad" }] : []), [threshold]);
  const budget = useMemo<Level[]>(
    () => (trial.token_budget ? [{ name: "budget", value: trial.token_budget, colour: "--bad" }] : []),
    [trial.token_budget],
  );
  if (series.points.length === 0) {
    return (
      <EmptyState title="No generation yet">
        {isOpen(trial) ? "The curves begin with the initial population." : "The trial ended before its first generation."}
      </EmptyState>
    );
  }
  return (
    <div style={{ display: "grid", gap: 14 }}>
      <Section title={`${metric.name}, ${metric.reading}`} aside={series.sampled ? <Sampled series={series} /> : undefined}>
        <Chart title={`${metric.name} by generation`} x={x} curves={fitness} levels={levels} height={250} format={metric.text} />
      </Section>
      <Section title="Diversity">
        <Chart title="Diversity by generation" x={x} curves={diversity} levels={least} height={130} format={(value) => fixed(value, 2)} />
      </Section>
      <Section title="Tokens">
        <Chart title="Tokens used by generation" x={x} curves={tokens} levels={budget} height={110} format={compact} />
      </Section>
    </div>
  );
}

function Sampled({ series }: { series: Series }) {
  return (
    <span className="dim">
      {count(series.points.length)} of {count(series.generations)} generations shown
    </span>
  );
}

function curvesOf(series: Series, metric: Metric): { x: number[]; fitness: Curve[]; diversity: Curve[]; tokens: Curve[] } {
  const { points } = series;
  const of = (read: (point: (typeof points)[number]) => number) => points.map((point) => metric.of(read(point)));
  const intervened = points.some((point) => point.intervened);
  return {
    x: points.map((point) => point.generation),
    fitness: [
      { name: "best", values: of((point) => point.best_fitness), colour: "--best", width: 2.2 },
      { name: "mean", values: of((point) => point.mean_fitness), colour: "--mean" },
      { name: "worst", values: of((point) => point.worst_fitness), colour: "--worst", width: 1.2 },
    ],
    diversity: [
      { name: "diversity", values: points.map((point) => point.diversity), colour: "--diversity", width: 1.8 },
      ...(intervened
        ? [{ name: "mutations injected", values: points.map((point) => (point.intervened ? point.diversity : null)), colour: "--warn", marks: true }]
        : []),
    ],
    tokens: [{ name: "tokens used", values: points.map((point) => point.tokens_used), colour: "--tokens", width: 1.8 }],
  };
}
