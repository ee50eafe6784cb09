import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";

import { Freshness } from "./freshness";
import { Paced } from "./paced";
import { LiveSocket, type Entrance, type LiveEvent } from "./socket";
import { LiveStore } from "./store";

class FakeSocket {
  static made: FakeSocket[] = [];
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.onclose?.();
  }

  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const TRIAL = "00000000-0000-0000-0000-000000000001";

function event(sequence: number, event_type = "generation.completed"): LiveEvent {
  const name = "evolution.generation.complete";
  return { type: "event", event: name, event_type, workflow_id: TRIAL, workflow_type: "trial", dag_id: null, run_id: null, sequence, timestamp: "2026-11-26T12:00:00Z", occurred_at: null, actor: { kind: "task", name: "t", address: null }, data: {} };
}

const hello = { type: "hello", timestamp: "2026-11-26T11:59:00Z", user: "ada", heartbeat_seconds: 10, positions: {} };

describe("the socket", () => {
  let store: LiveStore;
  let heard: number[];
  let missed: string[][];
  let enter: () => Promise<Entrance>;
  let socket: LiveSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.made = [];
    store = new LiveStore();
    heard = [];
    missed = [];
    enter = () => Promise.resolve({ url: "ws://airflow.test/dean/ws/events", protocols: ["dean.live.v1", "ticket"] });
    const listeners = { event: (one: LiveEvent) => heard.push(one.sequence), missed: (ids: string[]) => missed.push(ids) };
    socket = new LiveSocket(() => enter(), store, listeners, () => 1);
  });

  afterEach(() => {
    socket.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function opened(): Promise<FakeSocket> {
    await vi.advanceTimersByTimeAsync(0);
    const made = FakeSocket.made.at(-1) as FakeSocket;
    made.onopen?.();
    return made;
  }

  it("is live once the server greets", async () => {
    socket.start();
    const made = await opened();
    expect(made.protocols).toEqual(["dean.live.v1", "ticket"]);
    expect(made.sent).toEqual([{ type: "resume", positions: {}, since: null }]);
    expect(store.read().state).toBe("connecting");
    made.say(hello);
    expect(store.read().state).toBe("live");
  });

  it("goes on from the last event heard, and hears none twice", async () => {
    socket.start();
    const first = await opened();
    first.say(hello);
    first.say(event(1));
    first.say(event(2));
    first.close();
    expect(store.read().state).toBe("polling");
    await vi.advanceTimersByTimeAsync(1_000);
    const second = await opened();
    expect(second.sent).toEqual([{ type: "resume", positions: { [TRIAL]: 2 }, since: "2026-11-26T12:00:00Z" }]);
    // The server has gone on; what lies between still comes.
    second.say({ ...hello, positions: { [TRIAL]: 3 } });
    second.say(event(2));
    second.say(event(3));
    expect(heard).toEqual([1, 2, 3]);
    expect(store.read().state).toBe("live");
  });

  it("that is silent for too long is taken for dead", async () => {
    socket.start();
    const made = await opened();
    made.say(hello);
    await vi.advanceTimersByTimeAsync(20_000);
    made.say({ type: "heartbeat", timestamp: "2026-11-26T12:00:00Z" });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(store.read().state).toBe("live");
    await vi.advanceTimersByTimeAsync(6_000);
    expect(store.read().state).toBe("polling");
  });

  it("that is blocked leaves the page asking by itself, and is tried again ever more rarely", async () => {
    let tries = 0;
    enter = () => {
      tries += 1;
      return Promise.reject(new Problem("No.", 404, "not_found"));
    };
    socket.start();
    await vi.advanceTimersByTimeAsync(3_100);
    expect(tries).toBe(3);
    expect(store.read()).toMatchObject({ state: "polling", reason: "No." });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(tries).toBeLessThan(20);
  });

  it("tells a session that ended from a network that broke", async () => {
    enter = () => Promise.reject(new Problem("Nobody is signed in.", 401, "authentication"));
    socket.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(store.read().state).toBe("ended");
  });

  it("waits as long as the server asks, and knows a session that ended", async () => {
    socket.start();
    const made = await opened();
    made.say(hello);
    made.say({ type: "closing", code: "too_many", reason: "There are too many sockets.", suggestion: "Close some.", retry_after: 30 });
    made.close();
    expect(store.read()).toMatchObject({ state: "polling", reason: "There are too many sockets. Close some." });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(FakeSocket.made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(FakeSocket.made).toHaveLength(2);
    const again = await opened();
    again.say({ type: "closing", code: "session_ended", reason: "The session has ended.", suggestion: "Sign in." });
    expect(store.read().state).toBe("ended");
  });

  it("passes on what was missed", async () => {
    socket.start();
    const made = await opened();
    made.say(hello);
    made.say({ type: "missed", timestamp: "2026-11-26T12:00:00Z", positions: { [TRIAL]: 9 }, everything: false });
    made.say(event(9));
    made.say(event(10));
    expect(missed).toEqual([[TRIAL]]);
    expect(heard).toEqual([10]);
  });
});

describe("freshness", () => {
  it("asks anew for a trial, the lists and the overview, once for many events", async () => {
    vi.useFakeTimers();
    const client = new QueryClient();
    const asked = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
    const freshness = new Freshness(client);
    for (let sequence = 1; sequence < 100; sequence += 1) freshness.event(event(sequence));
    await vi.advanceTimersByTimeAsync(600);
    expect(asked.mock.calls.map(([filter]) => filter?.queryKey)).toEqual([["trial", TRIAL], ["trials"], ["overview"]]);
    vi.useRealTimers();
  });
});

describe("what is done for news", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is done at once, and then with pauses however many come", () => {
    let done = 0;
    const paced = new Paced(() => (done += 1), 80);
    paced.ask();
    vi.advanceTimersByTime(0);
    expect(done).toBe(1);
    paced.ask();
    paced.ask();
    vi.advanceTimersByTime(79);
    expect(done).toBe(1);
    vi.advanceTimersByTime(1);
    expect(done).toBe(2);
    vi.advanceTimersByTime(500);
    paced.ask();
    paced.stop();
    vi.advanceTimersByTime(500);
    expect(done).toBe(2);
  });
});
