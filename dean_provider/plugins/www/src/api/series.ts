import { useQuery } from "@tanstack/react-query";

import { usePolling } from "@/live/LiveProvider";

import { ask, api, type Model } from "./client";
import { keys } from "./keys";

/** A series as the client types it, which knows no tuples. */
export type Curve = Omit<Model<"Series">, "points"> & { points: (string | number)[][] };

export interface SeriesQuery {
  name: string;
  service?: string;
  /** How far back, in seconds. */
  seconds: number;
  points?: number;
}

/** One metric over time, of one service or of all. */
export function useSeries({ name, service, seconds, points = 300 }: SeriesQuery) {
  return useQuery({
    queryKey: [...keys.series, name, service, seconds, points],
    queryFn: ({ signal }) => {
      const start = new Date(Date.now() - seconds * 1000).toISOString();
      return ask(api.GET("/api/v1/metrics", { params: { query: { name, service, start, points } }, signal }));
    },
    refetchInterval: usePolling(10_000, 20_000),
  });
}

/** Times in seconds since the epoch and their values: what a chart draws. */
export function columns(series: Curve): { x: number[]; values: number[] } {
  const points = series.points as [string, number][];
  return { x: points.map(([at]) => Date.parse(at) / 1000), values: points.map(([, value]) => value) };
}
