import type { Model } from "@/api/client";
import { asProblem } from "@/api/problem";

import type { LiveStore } from "./store";

export type LiveEvent = Model<"LiveEvent">;
type Message = Model<"Hello"> | LiveEvent | Model<"Missed"> | Model<"Heartbeat"> | Model<"Closing">;

export interface Entrance {
  /** Where the socket is, with its ticket. */
  url: string;
}

export interface Listeners {
  event: (event: LiveEvent) => void;
  /** What these executions are must be read anew. */
  missed: (workflowIds: string[]) => void;
}

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
const BLOCKED_AFTER = 3;
/** Without a sign of life for so many heartbeats the socket is taken for dead. */
const PATIENCE = 2.5;

/** One socket for the whole page: opened again whenever it breaks, going on from the last event heard. */
export class LiveSocket {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private stopped = true;
  private heartbeat = 30;
  /** Last sequence heard, by execution. */
  private positions: Record<string, number> = {};

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
    const socket = new WebSocket(entrance.url);
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "resume", positions: this.positions } satisfies Model<"Resume">));
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
    if (!this.stopped) this.later("The socket to Airflow's API server is closed.");
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
    switch (message.type) {
      case "hello":
        this.failures = 0;
        this.heartbeat = message.heartbeat_seconds;
        this.positions = { ...this.positions, ...message.positions };
        this.store.set("live");
        return;
      case "event":
        if (message.sequence <= (this.positions[message.workflow_id] ?? 0)) return;
        this.positions[message.workflow_id] = message.sequence;
        this.listeners.event(message);
        return;
      case "missed":
        this.positions = { ...this.positions, ...message.positions };
        this.listeners.missed(Object.keys(message.positions));
        return;
      case "closing":
        this.store.set("polling", [message.reason, message.suggestion].filter(Boolean).join(" "));
        return;
      case "heartbeat":
    }
  }
}
