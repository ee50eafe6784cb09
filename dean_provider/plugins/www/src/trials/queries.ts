import { useQuery } from "@tanstack/react-query";

import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { usePolling } from "@/live/LiveProvider";

import { metricOf, type Metric } from "./metric";

/** Everything the record says about one trial. */
export function useTrial(id: string) {
  return useQuery({
    queryKey: keys.trial(id),
    queryFn: ({ signal }) => ask(api.GET("/api/v1/trials/{workflow_id}", { params: { path: { workflow_id: id } }, signal })),
    refetchInterval: usePolling(3_000),
  });
}

/** What a form for a new trial is made from; the objectives among it. */
export function useTrialForm() {
  return useQuery({
    queryKey: ["trial-form"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/forms/trial", { signal })),
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    // Without its objectives the Evolution API was away.
    refetchInterval: ({ state }) => (state.data?.objectives_problem ? 15_000 : false),
  });
}

/** What the objective of that name measures; fitness itself while nobody says. */
export function useMetric(objective: string | null | undefined): Metric {
  const { data } = useTrialForm();
  return metricOf(data?.objectives?.find((one) => one.name === objective));
}
