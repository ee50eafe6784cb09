import { QueryClient } from "@tanstack/react-query";

import { asProblem } from "./problem";

/** How everything is asked for unless a view says otherwise. What was heard last stays on the screen while it is asked again. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: true,
        // A browser that calls itself offline may still reach this server, and when it does not, that is to be said.
        networkMode: "always",
        refetchOnReconnect: true,
        retry: (failures, error) => failures < 2 && asProblem(error).retryable,
        retryDelay: (failures, error) => (asProblem(error).retryAfter ?? 2 ** failures) * 1000,
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
