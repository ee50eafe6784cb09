import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { ask, api } from "@/api/client";
import { useLive, usePolling } from "@/live/LiveProvider";

import { EMPTY, extended, follows, lastGeneration, MOST_POINTS, pointOf, seriesOf, type Point, type Series } from "./series";

const POINTS = 3_000;
/** Two drawings of news are so far apart at least, in milliseconds, whatever the number of generations a second; the first comes at once. */
const EVERY = 80;

const key = (id: string) => ["generations", id] as const;

async function read(client: QueryClient, id: string, signal: AbortSignal): Promise<Series> {
  const had = client.getQueryData<Series>(key(id)) ?? EMPTY;
  const start = had.points.length > 0 && had.points.length < MOST_POINTS ? lastGeneration(had) : 0;
  const page = await ask(
    api.GET("/api/v1/trials/{workflow_id}/generations", { params: { path: { workflow_id: id }, query: { start, points: POINTS } }, signal }),
  );
  if (start === 0 || page.points.length === 0) return seriesOf(page);
  return extended(client.getQueryData<Series>(key(id)) ?? had, page.points);
}

/** Figures per generation, growing as the trial does: by its events, or by asking for what came since. */
export function useGenerations(id: string, { moving = true }: { moving?: boolean } = {}) {
  const client = useQueryClient();
  const waiting = useRef<Point[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const drawn = useRef(0);

  function draw() {
    timer.current = undefined;
    drawn.current = performance.now();
    const news = waiting.current.splice(0);
    const had = client.getQueryData<Series>(key(id));
    if (had && news.length > 0 && follows(had, news) && had.points.length + news.length < MOST_POINTS) {
      client.setQueryData<Series>(key(id), extended(had, news));
    } else {
      void client.invalidateQueries({ queryKey: key(id) });
    }
  }

  useLive((event) => {
    if (event.event_type !== "generation.completed") return;
    const point = pointOf(event.data);
    if (point) waiting.current.push(point);
    timer.current ??= setTimeout(draw, Math.max(0, drawn.current + EVERY - performance.now()));
  }, id);
  useEffect(() => () => clearTimeout(timer.current), []);
  const every = usePolling(3_000, 20_000);
  return useQuery({
    queryKey: key(id),
    queryFn: ({ signal }) => read(client, id, signal),
    refetchInterval: moving ? every : false,
  });
}
