import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { useLive, usePolling } from "@/live/LiveProvider";
import type { LiveEvent } from "@/live/socket";

export type TrialEvent = Pick<Model<"Event">, "sequence" | "event_type" | "timestamp" | "details"> & { actor?: Model<"Event">["actor"] };

interface Page {
  events: TrialEvent[];
  next_cursor?: string | null;
}

const key = (id: string) => [...keys.events, id] as const;

/** What happened to a trial, the newest first, without the one event of each generation. */
export function useEvents(id: string) {
  const client = useQueryClient();
  useLive((event) => {
    if (event.event_type === "generation.completed") return;
    client.setQueryData<InfiniteData<Page>>(key(id), (had) => had && withNews(had, event));
  }, id);
  return useInfiniteQuery({
    queryKey: key(id),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page> =>
      ask(
        api.GET("/api/v1/workflows/{workflow_id}/events", {
          params: { path: { workflow_id: id }, query: { newest_first: true, generations: false, limit: 100, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: usePolling(5_000),
  });
}

function withNews(had: InfiniteData<Page>, event: LiveEvent): InfiniteData<Page> {
  const [first, ...rest] = had.pages;
  if (!first || first.events.some((known) => known.sequence === event.sequence)) return had;
  const told: TrialEvent = { sequence: event.sequence, event_type: event.event_type, timestamp: event.timestamp, details: event.data };
  return { ...had, pages: [{ ...first, events: [told, ...first.events] }, ...rest] };
}
