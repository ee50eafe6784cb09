/** How the page hears of news: over the socket, or by asking again and again. */
export type LiveState = "connecting" | "live" | "polling" | "ended";

export interface Live {
  state: LiveState;
  /** When it came to be so, in milliseconds. */
  since: number;
  /** Why, when it is not live. */
  reason: string;
}

/** A value whose readers are told of changes: what `useSyncExternalStore` reads. */
export class LiveStore {
  private value: Live = { state: "connecting", since: Date.now(), reason: "" };
  private readonly listeners = new Set<() => void>();

  readonly read = (): Live => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(state: LiveState, reason = ""): void {
    if (this.value.state === state && this.value.reason === reason) return;
    const since = this.value.state === state ? this.value.since : Date.now();
    this.value = { state, since, reason };
    for (const listener of this.listeners) listener();
  }
}
