import type { Model } from "@/api/client";

export type Point = Model<"MetricsPoint">;
type Page = Model<"MetricsPage">;

/** Figures per generation, in order and without repeats; thinned out by the server where there are many. */
export interface Series {
  points: Point[];
  /** Generations there are, also those that were left out. */
  generations: number;
  sampled: boolean;
}

export const EMPTY: Series = { points: [], generations: 0, sampled: false };
/** With more points than this the whole is asked for anew, thinned out. */
export const MOST_POINTS = 6_000;

export function seriesOf(page: Page): Series {
  return { points: page.points, generations: page.generations, sampled: page.sampled };
}

export function lastGeneration(series: Series): number {
  return series.points.at(-1)?.generation ?? -1;
}

/** `series` with news. A trial that was run again from an earlier generation has new figures from there on. */
export function extended(series: Series, news: readonly Point[]): Series {
  if (news.length === 0) return series;
  const sorted = [...news].sort((left, right) => left.generation - right.generation);
  const first = sorted[0]?.generation ?? 0;
  const kept = series.points.filter((point) => point.generation < first);
  const unique = sorted.filter((point, index) => point.generation !== sorted[index + 1]?.generation);
  const before = Math.max(0, series.generations - (series.points.length - kept.length));
  return { ...series, points: [...kept, ...unique], generations: before + unique.length };
}

/** Whether `news` follow what is there without a gap. */
export function follows(series: Series, news: readonly Point[]): boolean {
  const first = Math.min(...news.map((point) => point.generation));
  return first <= lastGeneration(series) + 1;
}

/** The figures that an event of a completed generation carries. */
export function pointOf(data: Record<string, unknown>): Point | null {
  const generation = data["generation"];
  if (typeof generation !== "object" || generation === null) return null;
  const told = generation as Record<string, unknown>;
  if (typeof told["generation"] !== "number" || typeof told["best_fitness"] !== "number") return null;
  return { retries: 0, ...told, intervened: told["intervention"] !== null && told["intervention"] !== undefined } as unknown as Point;
}
