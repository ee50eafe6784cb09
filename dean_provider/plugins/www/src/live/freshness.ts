import type { QueryClient, QueryKey } from "@tanstack/react-query";

import { keys } from "@/api/keys";

import type { LiveEvent } from "./socket";

/** What an event makes stale, by the beginning of its name in the record. */
const STALE: [prefix: string, stale: readonly QueryKey[]][] = [
  ["alert.", [keys.alerts, keys.overview]],
  ["silence.", [keys.alerts, keys.overview]],
  ["pattern.", [keys.patterns]],
  ["service.", [keys.services, keys.overview]],
  ["configuration.", [keys.access]],
];

const EVERY = 500;

/** Asks anew for what events made stale, at most twice a second, whatever their number. */
export class Freshness {
  private readonly stale = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {}

  readonly event = (event: LiveEvent): void => {
    for (const [prefix, stale] of STALE) if (event.event_type.startsWith(prefix)) stale.forEach(this.add);
    if (event.workflow_type === "trial") [keys.trial(event.workflow_id), keys.trials, keys.overview].forEach(this.add);
    this.schedule();
  };

  readonly missed = (workflowIds: string[], everything: boolean): void => {
    if (everything) this.add(keys.anyTrial);
    [keys.trials, keys.overview, keys.alerts, keys.patterns, keys.services, ...workflowIds.map(keys.trial)].forEach(this.add);
    this.schedule();
  };

  stop(): void {
    clearTimeout(this.timer);
  }

  private readonly add = (key: QueryKey): void => {
    this.stale.set(JSON.stringify(key), key);
  };

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const stale = [...this.stale.values()];
      this.stale.clear();
      for (const queryKey of stale) void this.client.invalidateQueries({ queryKey });
    }, EVERY);
  }
}
