import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { ask, api } from "@/api/client";
import { useLive } from "@/live/LiveProvider";

import { isOpen } from "./progress";
import { filtered, newestFirst, patched, withNew, type Listing, type Page, type Trial } from "./list";

const PAGE = 500;
const NEWS = 50;
/** What is said to have changed is read anew so often at most, and so many at a time. */
const EVERY = 1_000;
const AT_ONCE = 20;
const POLL = 5_000;

const FIELDS =
  "id,workflow_type,status,name,owner,dag_id,run_id,objective,labels,generation,generations,best_fitness,diversity,tokens_used,token_budget,error,parent_id,created_at,started_at,completed_at,updated_at,sequence";

function queryOf(listing: Listing) {
  return {
    search: listing.search || undefined,
    status: listing.status || undefined,
    objective: listing.objective || undefined,
    label: /^[^=]+=/.test(listing.label) ? listing.label : undefined,
    dag_id: listing.dagId || undefined,
    sort: listing.sort,
    descending: listing.descending,
    fields: FIELDS,
  };
}

/** Trials page by page, of which those loaded stay up to date: what an event names is read anew, and new ones come at the top. */
export function useTrialList(listing: Listing) {
  const client = useQueryClient();
  const key = useMemo(() => ["trial-list", listing] as const, [listing]);
  const [waiting, setWaiting] = useState(0);
  const query = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page> =>
      ask(api.GET("/api/v1/trials", { params: { query: { ...queryOf(listing), limit: PAGE, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const trials = useMemo(() => query.data?.pages.flatMap((page) => page.workflows) ?? [], [query.data]);

  const known = useRef(new Map<string, Trial>());
  useEffect(() => {
    known.current = new Map(trials.map((trial) => [trial.id, trial]));
  }, [trials]);

  const heard = useRef(new Set<string>());
  const strangers = useRef(false);
  const live = useLive((event) => {
    if (event.workflow_type !== "trial") return;
    if (known.current.has(event.workflow_id)) heard.current.add(event.workflow_id);
    else strangers.current = true;
  });

  useEffect(() => {
    setWaiting(0);
    heard.current.clear();
    let stopped = false;
    let busy = false;
    let last = Date.now();

    const keep = (change: (pages: Page[]) => Page[]) =>
      client.setQueryData<InfiniteData<Page, string | undefined>>(key, (had) => had && { ...had, pages: change(had.pages) });

    async function readOnes(ids: string[]) {
      const read = ids.map((id) =>
        ask(api.GET("/api/v1/trials/{workflow_id}", { params: { path: { workflow_id: id }, query: { fields: FIELDS } } })).catch(() => null),
      );
      const news = new Map((await Promise.all(read)).filter((trial) => trial !== null).map((trial) => [trial.id, trial as Trial]));
      if (news.size > 0 && !stopped) keep((pages) => patched(pages, news));
    }

    async function readNewest() {
      const page = await ask(api.GET("/api/v1/trials", { params: { query: { ...queryOf(listing), sort: "created_at", descending: true, limit: NEWS } } }));
      if (stopped) return;
      const fresh = page.workflows.filter((trial) => !known.current.has(trial.id));
      const news = new Map(page.workflows.map((trial) => [trial.id, trial]));
      keep((pages) => (newestFirst(listing) ? withNew(patched(pages, news), page.workflows) : patched(pages, news)));
      if (!newestFirst(listing)) setWaiting(fresh.filter((trial) => Date.parse(trial.created_at) > opened).length);
    }

    const opened = Date.now();
    const timer = setInterval(() => {
      const polling = live.state !== "live" && Date.now() - last >= POLL;
      if (busy || document.hidden || client.getQueryData(key) === undefined) return;
      const open = polling ? [...known.current.values()].filter(isOpen).map((trial) => trial.id) : [];
      const ids = [...new Set([...heard.current, ...open])].slice(0, AT_ONCE);
      const newest = strangers.current || polling;
      if (ids.length === 0 && !newest) return;
      for (const id of ids) heard.current.delete(id);
      strangers.current = false;
      busy = true;
      last = Date.now();
      void Promise.allSettled([readOnes(ids), newest ? readNewest() : null]).then(() => {
        busy = false;
      });
    }, EVERY);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [client, key, listing, live.state]);

  return { query, trials, waiting, filtered: filtered(listing) };
}
