import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { useLive, usePolling } from "@/live/LiveProvider";
import { Paced } from "@/live/paced";

import { EMPTY, extended, follows, lastGeneration, MOST_POINTS, pointOf, seriesOf, type Point, type Series } from "./series";
import { useLastReading, whileOpen } from "./useLastReading";

const POINTS = 3_000;
/** Two drawings of news are so far apart at least, in milliseconds, whatever the number of generations a second; the first comes at once. */
const EVERY = 80;

const key = (id: string) => [...keys.generations, id] as const;

async function read(client: QueryClient, id: string, signal: AbortSignal): Promise<Series> {
  const had = client.getQueryData<Series>(key(id)) ?? EMPTY;
  const start = had.points.length > 0 && had.points.length < MOST_POINTS ? lastGeneration(had) : 0;
  const page = await ask(
    api.GET("/api/v1/trials/{workflow_id}/generations", { params: { path: { workflow_id: id }, query: { start, points: POINTS } }, signal }),
  );
  if (start === 0 || page.points.length === 0) return seriesOf(page);
  return extended(client.getQueryData<Series>(key(id)) ?? had, page.points);
}

/** Put news at the end of what was read; read anew where they do not fit. */
function take(client: QueryClient, id: string, news: Point[]): void {
  const had = client.getQueryData<Series>(key(id));
  if (had && news.length > 0 && follows(had, news) && had.points.length + news.length < MOST_POINTS) {
    client.setQueryData<Series>(key(id), extended(had, news));
  } else {
    void client.invalidateQueries({ queryKey: key(id) });
  }
}

/** Figures per generation, growing as the trial does: by its events, or by asking for what came since. */
export function useGenerations(id: string, { moving = true }: { moving?: boolean } = {}) {
  const client = useQueryClient();
  const waiting = useRef<Point[]>([]);
  const drawing = useMemo(() => new Paced(() => take(client, id, waiting.current.splice(0)), EVERY), [client, id]);
  useEffect(() => () => drawing.stop(), [drawing]);
  useLive((event) => {
    if (event.event_type !== "generation.completed") return;
    const point = pointOf(event.data);
    if (point) waiting.current.push(point);
    drawing.ask();
  }, id);
  useLastReading({ [id]: moving }, key);
  const every = usePolling(3_000, 20_000);
  return useQuery({
    queryKey: key(id),
    queryFn: ({ signal }) => read(client, id, signal),
    refetchInterval: whileOpen(moving, every),
  });
}
