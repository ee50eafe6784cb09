import type { Model } from "@/api/client";
import { asProblem } from "@/api/problem";

import type { LiveStore } from "./store";

export type LiveEvent = Model<"LiveEvent">;
type Message = Model<"Hello"> | LiveEvent | Model<"Missed"> | Model<"Heartbeat"> | Model<"Closing">;

export interface Entrance {
  url: string;
  /** Subprotocols to offer: ours, and the ticket. */
  protocols: string[];
}

export interface Listeners {
  event: (event: LiveEvent) => void;
  /** These executions must be read anew, or all of them. */
  missed: (workflowIds: string[], everything: boolean) => void;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
const BLOCKED_AFTER = 3;
/** Without a sign of life for so many heartbeats the socket is taken for dead. */
const PATIENCE = 2.5;
/** So many executions are resumed by their position; the others, of which nothing was heard for longest, by the time. */
const MOST_POSITIONS = 2_000;

/** One socket for the whole page: opened again whenever it breaks, going on from the last event heard. */
export class LiveSocket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private stopped = true;
  private heartbeat = 30;
  /** Seconds that the server asked to wait. */
  private pause: number | null = null;
  /** Last sequence heard, by execution, the one heard of last at the end. */
  private readonly positions = new Map<string, number>();
  /** The latest time that the server told. */
  private since: string | null = null;

  constructor(
    private readonly enter: () => Promise<Entrance>,
    private readonly store: LiveStore,
    private readonly listeners: Listeners,
    private readonly random: () => number = Math.random,
  ) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    void this.open();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.socket?.close(1000);
    this.socket = null;
  }

  /** Try at once, for example when the network is back. */
  readonly retry = (): void => {
    if (this.stopped || this.socket) return;
    clearTimeout(this.timer);
    void this.open();
  };

  private async open(): Promise<void> {
    let entrance: Entrance;
    try {
      entrance = await this.enter();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status === 401) this.store.set("ended", problem.message);
      this.later(problem.message, problem.retryAfter);
      return;
    }
    if (this.stopped) return;
    const socket = new WebSocket(entrance.url, entrance.protocols);
    this.socket = socket;
    socket.onopen = () => {
      const positions = Object.fromEntries(this.positions);
      socket.send(JSON.stringify({ type: "resume", positions, since: this.since } satisfies Model<"Resume">));
      this.alive(socket);
    };
    socket.onmessage = (message: MessageEvent<string>) => {
      this.alive(socket);
      this.hear(JSON.parse(message.data) as Message);
    };
    socket.onclose = () => this.broken(socket);
  }

  private broken(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    clearTimeout(this.watchdog);
    const pause = this.pause;
    this.pause = null;
    if (!this.stopped) this.later(this.store.read().reason || "The socket to Airflow's API server is closed.", pause);
  }

  private later(reason: string, seconds: number | null = null): void {
    if (this.stopped) return;
    this.failures += 1;
    if (this.store.read().state !== "ended" && (this.failures >= BLOCKED_AFTER || this.store.read().state !== "connecting")) {
      this.store.set("polling", reason);
    }
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.failures - 1, 6));
    this.timer = setTimeout(() => void this.open(), (seconds ?? 0) * 1000 + wait * (0.5 + this.random() / 2));
  }

  private alive(socket: WebSocket): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      socket.close();
      this.broken(socket);
    }, this.heartbeat * PATIENCE * 1000);
  }

  private hear(message: Message): void {
    if ("timestamp" in message && (this.since === null || message.timestamp > this.since)) this.since = message.timestamp;
    switch (message.type) {
      case "hello":
        this.failures = 0;
        this.heartbeat = message.heartbeat_seconds;
        // What was heard before counts: the events since then follow.
        for (const [id, sequence] of Object.entries(message.positions ?? {})) if (!this.positions.has(id)) this.reach(id, sequence);
        this.store.set("live");
        return;
      case "event":
        if (message.sequence <= (this.positions.get(message.workflow_id) ?? 0)) return;
        this.reach(message.workflow_id, message.sequence);
        this.listeners.event(message);
        return;
      case "missed":
        for (const [id, sequence] of Object.entries(message.positions)) this.reach(id, sequence);
        this.listeners.missed(Object.keys(message.positions), message.everything ?? false);
        return;
      case "closing":
        this.pause = message.retry_after ?? null;
        this.store.set(message.code === "session_ended" ? "ended" : "polling", [message.reason, message.suggestion].filter(Boolean).join(" "));
        return;
      case "heartbeat":
    }
  }

  private reach(id: string, sequence: number): void {
    this.positions.delete(id);
    this.positions.set(id, sequence);
    const oldest = this.positions.size > MOST_POSITIONS ? this.positions.keys().next().value : undefined;
    if (oldest !== undefined) this.positions.delete(oldest);
  }
}
