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
    if (event.workflow_type === "trial") {
      [keys.trial(event.workflow_id), keys.trials, keys.overview].forEach(this.add);
      this.leaveLists();
    }
    this.schedule();
  };

  /** What the events would have said is not known: whatever they may have changed is asked for anew. */
  readonly missed = (workflowIds: string[], everything: boolean): void => {
    STALE.flatMap(([, stale]) => stale).forEach(this.add);
    [keys.trials, keys.overview].forEach(this.add);
    const ofTrials = [keys.anyTrial, keys.generations, keys.events];
    if (everything) [...ofTrials, keys.trialList].forEach(this.add);
    else workflowIds.forEach((id) => ofTrials.forEach((key) => this.add([...key, id])));
    this.leaveLists();
    this.schedule();
  };

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Lists that are not shown hear of nothing: they are read anew when they are shown again. */
  private leaveLists(): void {
    void this.client.invalidateQueries({ queryKey: keys.trialList, type: "inactive", refetchType: "none" });
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
