import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "react-router";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { IncidentCard } from "@/components/alert/IncidentCard";
import type { Incident } from "@/components/alert/words";
import { Button } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { ProblemView } from "@/components/state/ProblemView";
import { EmptyState } from "@/components/state/states";
import { count } from "@/format/number";
import { usePolling } from "@/live/LiveProvider";

import styles from "./alerts.module.css";

/** More than the overview holds, so that each page has some that are not shown yet. */
const PAGE = 200;

/** Incidents that are not resolved: the gravest, and, when there are more, the others as far as wanted. */
export function Open({ overview }: { overview: Model<"Overview"> }) {
  const { alerts: gravest, open_alerts: total } = overview;
  const [wanted, setWanted] = useState(false);
  const more = total > gravest.length;
  const query = useOpen(wanted && more);
  const first = new Set(gravest.map((incident) => incident.incident_id));
  const read = more ? query.data?.pages.flatMap((page) => page.incidents) : undefined;
  const others = read?.filter((incident) => !first.has(incident.incident_id)) ?? [];
  const named = usePlace([...gravest, ...others]);
  if (gravest.length === 0) {
    return (
      <Card>
        <EmptyState title="No open incident">What fires shows up here at once, the gravest first.</EmptyState>
      </Card>
    );
  }
  return (
    <>
      <Cards incidents={gravest} named={named} />
      {others.length > 0 && (
        <>
          <p className={styles["rest"]}>The others, newest first</p>
          <Cards incidents={others} named={named} />
        </>
      )}
      {wanted && query.error && <ProblemView error={query.error} onRetry={() => void query.refetch()} />}
      {more && (!read || query.hasNextPage) && (
        <p className={styles["more"]}>
          {count(gravest.length + others.length)} of {count(total)} are shown{others.length ? "" : ", the gravest"}.{" "}
          <Button onClick={() => (read ? void query.fetchNextPage() : setWanted(true))} aria-busy={query.isFetching}>
            Show more
          </Button>
        </p>
      )}
    </>
  );
}

function Cards({ incidents, named }: { incidents: Incident[]; named: string }) {
  return (
    <div className={styles["cards"]}>
      {incidents.map((incident) => (
        <IncidentCard key={incident.incident_id} incident={incident} marked={incident.incident_id === named} />
      ))}
    </div>
  );
}

function useOpen(enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...keys.alerts, "open"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(api.GET("/api/v1/alerts", { params: { query: { open: true, limit: PAGE, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: usePolling(15_000, 60_000),
    enabled,
  });
}

/** The incident that the address names; once it is shown the reader is taken there. */
function usePlace(shown: Incident[]): string {
  const { hash, key } = useLocation();
  const id = hash.slice(1);
  const there = shown.some((incident) => incident.incident_id === id);
  useEffect(() => {
    if (!there) return;
    // After what the shell does with a new view: going to its top.
    const frame = requestAnimationFrame(() => {
      const card = document.getElementById(id);
      card?.scrollIntoView({ block: "center" });
      card?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [id, key, there]);
  return id;
}
