import { describe, expect, it } from "vitest";

import { metricOf } from "@/trials/metric";
import type { Point } from "@/trials/series";

import { distinct, overlaid } from "./overlay";

const series = (...places: [generation: number, seconds: number, best: number][]) => ({
  points: places.map(([generation, elapsed_seconds, best_fitness]) => ({ generation, elapsed_seconds, best_fitness, tokens_used: generation * 10, diversity: 0.5 }) as Point),
  generations: places.length,
  sampled: false,
});

describe("overlaid curves", () => {
  const trials = [
    { name: "a", series: series([0, 0, 1], [1, 2, 2], [2, 4, 3]) },
    { name: "b", series: series([0, 0, 5], [2, 3, 6]) },
  ];

  it("share an axis, keep the last value between their points, and end where they end", () => {
    const { x, curves } = overlaid(trials, "best", "generation", metricOf(null));
    expect(x).toEqual([0, 1, 2]);
    expect(curves.map((curve) => curve.values)).toEqual([[1, 2, 3], [5, 5, 6]]);
    const timed = overlaid(trials, "best", "seconds", metricOf(null));
    expect(timed.x).toEqual([0, 2, 3, 4]);
    expect(timed.curves[1]?.values).toEqual([5, 5, 6, null]);
  });

  it("are told apart also where trials have the same name", () => {
    expect(distinct([{ id: "aaaaaaaa-1", name: "x" }, { id: "bbbbbbbb-2", name: "x" }, { id: "c", name: "y" }])).toEqual(["x aaaaaa", "x bbbbbb", "y"]);
  });
});
