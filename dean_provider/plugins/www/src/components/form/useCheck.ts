import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { ask, api, type Model } from "@/api/client";

type CheckTrial = Model<"CheckTrial">;
const PATIENCE = 350;

/** What the gateway has against settings, asked once somebody stops typing. */
export function useCheck(request: { dag_id?: string; parent_id?: string; generation?: number | null; config: Record<string, unknown> }, enabled = true) {
  const text = JSON.stringify(request);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PATIENCE);
    return () => clearTimeout(timer);
  }, [text]);
  const query = useQuery({
    queryKey: ["check-trial", settled],
    queryFn: ({ signal }) => ask(api.POST("/api/v1/checks/trial", { body: JSON.parse(settled) as CheckTrial, signal })),
    enabled,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  return { ...query, settled: settled === text && !query.isPlaceholderData };
}
