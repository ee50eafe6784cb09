import { QueryClient, QueryObserver, type QueryKey } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";
import { FakeSocket, hello, liveEvent } from "@/testing/socket";

import { Freshness } from "./freshness";
import { Paced } from "./paced";
import { LiveSocket, type Entrance, type LiveEvent } from "./socket";
import { LiveStore } from "./store";

const TRIAL = "00000000-0000-0000-0000-000000000001";

const event = (sequence: number) => liveEvent(TRIAL, sequence);

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
  const OTHER = "00000000-0000-0000-0000-000000000002";
  const LIST = ["trial-list", { search: "" }];
  let client: QueryClient;
  let freshness: Freshness;

  beforeEach(() => {
    vi.useFakeTimers();
    client = new QueryClient();
    freshness = new Freshness(client);
  });

  afterEach(() => {
    freshness.stop();
    vi.useRealTimers();
  });

  /** Which of these are stale after `what`. */
  async function stale(what: () => void, known: QueryKey[]): Promise<QueryKey[]> {
    for (const key of known) client.setQueryData(key, {});
    what();
    await vi.advanceTimersByTimeAsync(600);
    return known.filter((key) => client.getQueryState(key)?.isInvalidated);
  }

  it("asks anew for a trial, the lists and the overview, once for many events", async () => {
    const asked = vi.spyOn(client, "invalidateQueries");
    const many = () => Array.from({ length: 99 }, (_, index) => freshness.event(event(index + 1)));
    const known = [["trial", TRIAL], ["trials"], ["overview"], LIST];
    expect(await stale(many, [...known, ["trial", OTHER], ["generations", TRIAL], ["alerts"]])).toEqual(known);
    expect(asked.mock.calls.filter(([filter]) => filter?.refetchType !== "none")).toHaveLength(3);
  });

  it("leaves the list that is shown to read the row anew by itself", async () => {
    const shown = new QueryObserver(client, { queryKey: LIST, queryFn: () => ({}), staleTime: Infinity }).subscribe(() => undefined);
    expect(await stale(() => freshness.event(event(1)), [LIST])).toEqual([]);
    shown();
  });

  it("asks anew for whatever events that were missed may have changed, of the trials named", async () => {
    const always = [LIST, ["trials"], ["overview"], ["alerts"], ["patterns"], ["services"], ["access"]];
    const own = [["trial", TRIAL, "access"], ["generations", TRIAL], ["events", TRIAL]];
    const others = [["trial", OTHER], ["generations", OTHER], ["events", OTHER]];
    expect(await stale(() => freshness.missed([TRIAL], false), [...always, ...own, ...others])).toEqual([...always, ...own]);
  });

  it("asks anew for every trial, and the list that is shown, when nobody knows which were missed", async () => {
    const read = vi.fn(() => ({}));
    const shown = new QueryObserver(client, { queryKey: LIST, queryFn: read, staleTime: Infinity }).subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    const own = [["trial", TRIAL], ["generations", TRIAL], ["events", TRIAL]];
    expect(await stale(() => freshness.missed([], true), own)).toEqual(own);
    expect(read).toHaveBeenCalledTimes(2);
    shown();
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
