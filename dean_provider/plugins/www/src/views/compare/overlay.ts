import type { Curve } from "@/components/chart/options";
import type { Metric } from "@/trials/metric";
import type { Point, Series } from "@/trials/series";

export const MEASURES = ["best", "mean", "diversity", "tokens"] as const;
export type Measure = (typeof MEASURES)[number];
export const AXES = ["generation", "seconds", "tokens"] as const;
export type Axis = (typeof AXES)[number];

/** Told apart by lightness as well as by hue, in both themes. */
export const COLOURS = ["--best", "--tokens", "--diversity", "--good", "--bad", "--mean", "--warn", "--worst"];

const AT: Record<Axis, (point: Point) => number> = {
  generation: (point) => point.generation,
  seconds: (point) => point.elapsed_seconds,
  tokens: (point) => point.tokens_used,
};

function valueOf(point: Point, measure: Measure, metric: Metric): number {
  switch (measure) {
    case "best":
      return metric.of(point.best_fitness);
    case "mean":
      return metric.of(point.mean_fitness);
    case "diversity":
      return point.diversity;
    case "tokens":
      return point.tokens_used;
  }
}

/** One curve for each trial over a common axis. Between two points of its own a trial has the value of the earlier one; beyond them, none. */
export function overlaid(trials: { name: string; series: Series }[], measure: Measure, axis: Axis, metric: Metric): { x: number[]; curves: Curve[] } {
  const places = new Set<number>();
  for (const { series } of trials) for (const point of series.points) places.add(AT[axis](point));
  const x = [...places].sort((left, right) => left - right);
  const curves = trials.map(({ name, series }, index) => ({
    name,
    colour: COLOURS[index % COLOURS.length] ?? "--best",
    dashed: index >= COLOURS.length,
    width: 1.9,
    values: along(series.points, x, measure, axis, metric),
  }));
  return { x, curves };
}

function along(points: Point[], x: number[], measure: Measure, axis: Axis, metric: Metric): (number | null)[] {
  const last = points.at(-1);
  let next = 0;
  let value: number | null = null;
  return x.map((place) => {
    for (let point = points[next]; point && AT[axis](point) <= place; point = points[next]) {
      value = valueOf(point, measure, metric);
      next += 1;
    }
    return last && place > AT[axis](last) ? null : value;
  });
}

/** Names that tell the trials apart, also where several have the same. */
export function distinct(trials: { id: string; name?: string }[]): string[] {
  const seen = new Map<string, number>();
  for (const trial of trials) seen.set(trial.name ?? "", (seen.get(trial.name ?? "") ?? 0) + 1);
  return trials.map((trial) => {
    const own = trial.name || trial.id.slice(0, 8);
    return (seen.get(trial.name ?? "") ?? 0) > 1 && trial.name ? `${own} ${trial.id.slice(0, 6)}` : own;
  });
}
