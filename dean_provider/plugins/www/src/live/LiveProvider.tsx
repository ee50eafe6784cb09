import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from "react";

import { Freshness } from "./freshness";
import { LiveSocket, type Entrance, type LiveEvent } from "./socket";
import { LiveStore, type Live } from "./store";
import { enterEvents } from "./ticket";

type Handler = (event: LiveEvent) => void;
type MissedHandler = (workflowIds: string[]) => void;

interface Context {
  store: LiveStore;
  handlers: Set<Handler>;
  missed: Set<MissedHandler>;
}

const nothingHeard = (): Context => ({ store: new LiveStore(), handlers: new Set(), missed: new Set() });
const LiveContext = createContext<Context>(nothingHeard());

/** Keeps one socket open for everything below it, and what was asked for up to date by what it hears. */
export function LiveProvider({ children, enter = enterEvents }: { children: ReactNode; enter?: () => Promise<Entrance> }) {
  const client = useQueryClient();
  const context = useMemo(nothingHeard, []);
  useEffect(() => {
    const freshness = new Freshness(client);
    const socket = new LiveSocket(enter, context.store, {
      event: (event) => {
        freshness.event(event);
        for (const handler of context.handlers) handler(event);
      },
      missed: (workflowIds, everything) => {
        freshness.missed(workflowIds, everything);
        for (const handler of context.missed) handler(workflowIds);
      },
    });
    socket.start();
    window.addEventListener("online", socket.retry);
    return () => {
      window.removeEventListener("online", socket.retry);
      socket.stop();
      freshness.stop();
    };
  }, [client, context, enter]);
  return <LiveContext value={context}>{children}</LiveContext>;
}

/** How news comes, and, when a handler is given, each event as it comes.
 *
 * Views need no handler to stay up to date: an event makes stale what was asked for about its trial. A handler is for what is shown
 * of the event itself. `workflowId` limits the events to those of one execution.
 */
export function useLive(handler?: Handler, workflowId?: string): Live {
  const { store, handlers } = useContext(LiveContext);
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  const wanted = handler !== undefined;
  useEffect(() => {
    if (!wanted) return;
    const own: Handler = (event) => {
      if (workflowId === undefined || event.workflow_id === workflowId) latest.current?.(event);
    };
    handlers.add(own);
    return () => void handlers.delete(own);
  }, [handlers, wanted, workflowId]);
  return useSyncExternalStore(store.subscribe, store.read);
}

/** Calls the handler with the executions of which events were missed, where they are named. Queries are asked anew without it. */
export function useMissed(handler: MissedHandler): void {
  const { missed } = useContext(LiveContext);
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    const own: MissedHandler = (workflowIds) => latest.current(workflowIds);
    missed.add(own);
    return () => void missed.delete(own);
  }, [missed]);
}

/** How often to ask anew, in milliseconds: rarely while news comes by itself. For a query's `refetchInterval`. */
export function usePolling(every: number, whileLive: number = Math.max(every * 6, 30_000)): number {
  return useLive().state === "live" ? whileLive : every;
}
