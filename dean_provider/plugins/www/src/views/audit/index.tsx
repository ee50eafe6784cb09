import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { asProblem } from "@/api/problem";
import { detailWords, eventWords } from "@/components/event";
import { Button } from "@/components/control/Button";
import { TextField } from "@/components/control/Field";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { ProblemView } from "@/components/state/ProblemView";
import { EmptyState, Loading, NoPermission } from "@/components/state/states";
import { Table, type Column } from "@/components/table/Table";
import { When } from "@/components/text/When";
import { usePolling } from "@/live/LiveProvider";

import styles from "./audit.module.css";

type Event = Model<"Event">;

const PAGE = 100;
const COLUMNS: Column<Event>[] = [
  { title: "When", cell: (event) => <When at={event.timestamp} form="moment" /> },
  { title: "Who", cell: (event) => <Who event={event} /> },
  { title: "Did", cell: (event) => eventWords(event.event_type) },
  { title: "What", cell: (event) => <span className={styles["details"]}>{detailWords(event.details) || "–"}</span> },
  { title: "Of", cell: (event) => <Of event={event} /> },
  { title: "Number", cell: (event) => event.sequence, right: true },
];

/** Beginnings of the names of what happens to the installation, and so to no trial. */
const INSTALLATION = /^(alert|silence|configuration|service|tokens|history)\./;

function Of({ event }: { event: Event }) {
  if (INSTALLATION.test(event.event_type)) return <span className="dim">the installation</span>;
  return <Link to={`/trials/${event.workflow_id}`}>{event.workflow_id.slice(0, 8)}</Link>;
}

function Who({ event }: { event: Event }) {
  return (
    <span>
      {event.actor.name}
      {event.actor.address && <span className="dim"> from {event.actor.address}</span>}
    </span>
  );
}

/** The filters as the address has them, so that what is found can be passed on as a link. */
function useFilters() {
  const [search, setSearch] = useSearchParams();
  const get = (name: string) => search.get(name) ?? "";
  const set = (name: string, value: string) =>
    setSearch(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  return { get, set };
}

function instant(local: string): string | undefined {
  const at = new Date(local);
  return local && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

/** What people did, newest first: to trials the reader may read, and to the installation. */
export default function Audit() {
  const filters = useFilters();
  const [actor, type, after, before] = ["actor", "type", "after", "before"].map(filters.get) as [string, string, string, string];
  const refetchInterval = usePolling(30_000);
  const query = useInfiniteQuery({
    queryKey: [...keys.audit, actor, type, after, before],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/audit", {
          params: {
            query: {
              actor: actor || undefined,
              event_type: type || undefined,
              recorded_after: instant(after),
              recorded_before: instant(before),
              limit: PAGE,
              cursor: pageParam,
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  const events = query.data?.pages.flatMap((page) => page.events);
  return (
    <>
      <PageHeader title="Audit">
        <span className="dim">what people did, newest first</span>
      </PageHeader>
      <div className={styles["filters"]} role="search" aria-label="Filters">
        <TextField label="Who" value={actor} onChange={(event) => filters.set("actor", event.target.value)} placeholder="name" />
        <TextField label="Event" value={type} onChange={(event) => filters.set("type", event.target.value)} placeholder="trial.paused" maxLength={50} />
        <TextField label="From" type="datetime-local" value={after} onChange={(event) => filters.set("after", event.target.value)} />
        <TextField label="Until" type="datetime-local" value={before} onChange={(event) => filters.set("before", event.target.value)} />
      </div>
      {query.error && <Refused error={query.error} onRetry={() => void query.refetch()} />}
      {!events && !query.error && <Loading what="the audit" lines={8} />}
      {events && (
        <Card flush>
          {events.length ? (
            <Table caption="What people did, newest first" columns={COLUMNS} rows={events} rowKey={(event) => event.id} />
          ) : (
            <EmptyState title="Nothing is on record">{actor || type || after || before ? "Nothing matches the filters." : "Nobody has done anything yet."}</EmptyState>
          )}
          {query.hasNextPage && (
            <div className={styles["more"]}>
              <Button onClick={() => void query.fetchNextPage()} aria-busy={query.isFetchingNextPage}>
                Show older ones
              </Button>
            </div>
          )}
        </Card>
      )}
    </>
  );
}

function Refused({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = asProblem(error);
  if (problem.status === 403) return <NoPermission title="You may not read the audit log" reason={problem.message.replace(/\.$/, "")} />;
  return <ProblemView error={error} onRetry={onRetry} />;
}
