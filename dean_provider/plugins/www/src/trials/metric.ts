import type { Model } from "@/api/client";
import { figure, fixed, UNKNOWN } from "@/format/number";

type Objective = Model<"Objective">;

/** What an objective measures, read from fitness, which is always maximised: a minimised metric is its negative. */
export interface Metric {
  /** "mean excess over the L1 bound" */
  name: string;
  unit: string;
  minimised: boolean;
  /** "lower is better" */
  reading: string;
  of: (fitness: number) => number;
  /** A value of the metric, with its unit. */
  text: (value: number | null | undefined) => string;
  /** A fitness as the metric, with its unit. */
  fitness: (fitness: number | null | undefined) => string;
}

/** The metric of an objective; fitness itself where the services do not describe their objectives. */
export function metricOf(objective: Objective | null | undefined): Metric {
  const minimised = objective?.direction === "minimize";
  const unit = objective?.unit ?? "";
  // Adding zero keeps a perfect minimum from reading minus zero.
  const of = (fitness: number) => (minimised ? -fitness : fitness) + 0;
  const text = (value: number | null | undefined) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN;
    const shown = unit === "%" && Math.abs(value) >= 0.01 && Math.abs(value) < 100 ? fixed(value, 2) : figure(value);
    return unit ? `${shown}\u202f${unit}` : shown;
  };
  return {
    name: objective?.metric ?? "fitness",
    unit,
    minimised,
    reading: minimised ? "lower is better" : "higher is better",
    of,
    text,
    fitness: (fitness) => text(fitness === null || fitness === undefined ? null : of(fitness)),
  };
}
