import { useQuery } from "@tanstack/react-query";

import { usePolling } from "@/live/LiveProvider";

import { ask, api } from "./client";
import { keys } from "./keys";

/** Everything at one glance, shared by the shell and the views that show parts of it. */
export function useOverview() {
  return useQuery({
    queryKey: keys.overview,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/overview", { signal })),
    refetchInterval: usePolling(3_000, 10_000),
  });
}
