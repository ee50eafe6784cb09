import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { asProblem } from "@/api/problem";
import { useLive, useMissed } from "@/live/LiveProvider";

import { Due } from "./due";
import { isOpen } from "./progress";
import { filtered, newestFirst, patched, withNew, type Listing, type Page, type Trial } from "./list";

const PAGE = 500;
const NEWS = 50;
/** What is said to have changed is read anew so often at most, and so many at a time. */
const EVERY = 1_000;
const AT_ONCE = 20;
const POLL = 5_000;
/** A trial that is answered so is not asked for again: it was removed, or is no longer the reader's to see. */
const GONE: ReadonlySet<number> = new Set([403, 404]);

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

type Listed = InfiniteData<Page, string | undefined>;

/** How long to leave alone what could not be read, in milliseconds. */
function patience(error: unknown): number {
  return Math.max(POLL, (asProblem(error).retryAfter ?? 0) * 1000);
}

/** Trials page by page, of which those loaded stay up to date: what an event names is read anew, and new ones come at the top. */
export function useTrialList(listing: Listing) {
  const client = useQueryClient();
  const key = useMemo(() => [...keys.trialList, listing] as const, [listing]);
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

  const [due] = useState(() => new Due());
  const strangers = useRef(false);
  const live = useLive((event) => {
    if (event.workflow_type === "trial") due.hear(event.workflow_id);
  });
  useMissed((ids) => ids.forEach((id) => due.hear(id)));
  const alone = useRef(true);
  useEffect(() => {
    alone.current = live.state !== "live";
  }, [live.state]);

  useEffect(() => {
    setWaiting(0);
    due.clear();
    strangers.current = false;
    let stopped = false;
    let busy = false;
    let last = Date.now();
    let newestFrom = 0;

    let known = new Map<string, Trial>();
    let knownOf: Listed | undefined;
    /** The trials listed now, by id; nothing before the first page is there. */
    const listed = () => {
      const data = client.getQueryData<Listed>(key);
      if (data !== knownOf) known = new Map(data?.pages.flatMap((page) => page.workflows.map((trial) => [trial.id, trial] as const)));
      knownOf = data;
      return data && known;
    };
    // Pages that are being read write over what is patched meanwhile, and a patched list is taken for fresh as a whole.
    const patchable = () => {
      const state = client.getQueryState(key);
      return state?.fetchStatus === "idle" && !state.isInvalidated;
    };
    const keep = (change: (pages: Page[]) => Page[]) =>
      client.setQueryData<Listed>(key, (had) => had && { ...had, pages: change(had.pages) });

    async function readOne(id: string): Promise<Trial | null> {
      try {
        const answer = await ask(api.GET("/api/v1/trials/{workflow_id}", { params: { path: { workflow_id: id }, query: { fields: FIELDS } } }));
        return answer as Trial;
      } catch (error) {
        if (!stopped && !GONE.has(asProblem(error).status)) due.later(id, Date.now() + patience(error));
        return null;
      }
    }

    async function readOnes(ids: string[]) {
      const read = (await Promise.all(ids.map(readOne))).filter((trial) => trial !== null);
      if (stopped) return;
      if (!patchable()) read.forEach((trial) => due.hear(trial.id));
      else if (read.length > 0) keep((pages) => patched(pages, new Map(read.map((trial) => [trial.id, trial]))));
    }

    async function readNewest() {
      try {
        const page = await ask(api.GET("/api/v1/trials", { params: { query: { ...queryOf(listing), sort: "created_at", descending: true, limit: NEWS } } }));
        if (stopped) return;
        if (patchable()) takeNewest(page);
        else strangers.current = true;
      } catch (error) {
        if (stopped) return;
        strangers.current = true;
        newestFrom = Date.now() + patience(error);
      }
    }

    function takeNewest(page: Page) {
      const fresh = page.workflows.filter((trial) => !listed()?.has(trial.id));
      const news = new Map(page.workflows.map((trial) => [trial.id, trial]));
      for (const id of news.keys()) due.read(id, Date.now());
      keep((pages) => (newestFirst(listing) ? withNew(patched(pages, news), page.workflows) : patched(pages, news)));
      if (!newestFirst(listing)) setWaiting(fresh.filter((trial) => Date.parse(trial.created_at) > opened).length);
    }

    const opened = Date.now();
    const timer = setInterval(() => {
      const state = client.getQueryState(key);
      if (state?.fetchStatus !== "idle") return;
      const rows = listed();
      if (!rows) return due.clear();
      if (due.only(rows)) strangers.current = true;
      if (busy || document.hidden) return;
      const now = Date.now();
      if (state.isInvalidated) {
        if (now >= state.errorUpdatedAt + patience(state.error)) void client.refetchQueries({ queryKey: key, exact: true });
        return;
      }
      const polling = alone.current && now - last >= POLL;
      const ids = due.take(AT_ONCE, now, polling ? [...rows.values()].filter(isOpen).map((trial) => trial.id) : []);
      const newest = (strangers.current && now >= newestFrom) || polling;
      if (ids.length === 0 && !newest) return;
      if (newest) strangers.current = false;
      busy = true;
      last = now;
      void Promise.all([readOnes(ids), newest ? readNewest() : null]).finally(() => {
        busy = false;
      });
    }, EVERY);
    return () => {
      stopped = true;
      clearInterval(timer);
      // What was not read any more is read when the list is shown again.
      if (busy || due.waiting || strangers.current) void client.invalidateQueries({ queryKey: key, exact: true, refetchType: "none" });
    };
  }, [client, due, key, listing]);

  return { query, trials, waiting, filtered: filtered(listing) };
}
