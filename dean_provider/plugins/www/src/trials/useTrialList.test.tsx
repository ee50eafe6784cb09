import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { makeQueryClient } from "@/api/query-client";
import { LiveProvider } from "@/live/LiveProvider";
import { at, server } from "@/testing/server";
import { FakeSocket, hello, liveEvent } from "@/testing/socket";
import { holdTime, pass } from "@/testing/time";

import { listingOf } from "./list";
import { useTrialList } from "./useTrialList";

const PROBLEM = { message: "The database is away.", error_code: "x", details: {}, suggestions: [] };
const listing = listingOf(new URLSearchParams());
const byName = listingOf(new URLSearchParams("sort=name"));
const id = (number: number) => `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`;

describe("the list of trials, kept up to date", () => {
  let trials: Map<string, { id: string; status: string; created_at: string }>;
  let read: string[];
  let lists: number;
  let away: boolean;
  let enter: () => Promise<{ url: string; protocols: string[] }>;

  beforeEach(() => {
    holdTime();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.made = [];
    trials = new Map();
    many(3);
    read = [];
    lists = 0;
    away = false;
    enter = () => Promise.resolve({ url: "ws://airflow.test/", protocols: [] });
    server.use(
      http.get(at("/trials"), ({ request }) => {
        if (away) return HttpResponse.json(PROBLEM, { status: 503 });
        const most = Number(new URL(request.url).searchParams.get("limit"));
        if (most > 50) lists += 1;
        return HttpResponse.json({ workflows: [...trials.values()].slice(0, most), next_cursor: null });
      }),
      http.get(at("/trials/:id"), ({ params }) => {
        read.push(String(params["id"]));
        return away ? HttpResponse.json(PROBLEM, { status: 503 }) : HttpResponse.json(trials.get(String(params["id"])));
      }),
    );
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function many(number: number) {
    for (let each = 1; each <= number; each += 1) trials.set(id(each), { id: id(each), status: "running", created_at: "2026-01-01T00:00:00Z" });
  }

  function end(number: number) {
    trials.set(id(number), { id: id(number), status: "completed", created_at: "2026-01-01T00:00:00Z" });
  }

  async function showList() {
    const client = makeQueryClient();
    const shown = renderHook(({ of }) => useTrialList(of), {
      initialProps: { of: listing },
      wrapper: ({ children }) => (
        <QueryClientProvider client={client}>
          <LiveProvider enter={enter}>{children}</LiveProvider>
        </QueryClientProvider>
      ),
    });
    await pass(300);
    const status = (number: number) => shown.result.current.trials.find((trial) => trial.id === id(number))?.status;
    return { ...shown, status };
  }

  async function showLive() {
    const shown = await showList();
    const say = (message: unknown) => act(() => FakeSocket.made.at(-1)?.say(message));
    act(() => FakeSocket.made.at(-1)?.onopen?.());
    say(hello);
    return { ...shown, say };
  }

  it("reads anew what an event names, and nothing else", async () => {
    const { status, say } = await showLive();
    end(2);
    say(liveEvent(id(2), 9, "trial.completed"));
    await pass(1_500);
    expect(status(2)).toBe("completed");
    expect(read).toEqual([id(2)]);
    expect(lists).toBe(1);
  });

  it("reads anew the trials whose events were missed", async () => {
    const { status, say } = await showLive();
    end(3);
    say({ type: "missed", timestamp: "2026-11-26T12:00:00Z", positions: { [id(3)]: 2_000 }, everything: false });
    await pass(1_500);
    expect(status(3)).toBe("completed");
    expect(lists).toBe(1);
  });

  it("reads everything anew when nobody knows what was missed, and again when that fails", async () => {
    const { status, say } = await showLive();
    end(1);
    away = true;
    say({ type: "missed", timestamp: "2026-11-26T12:00:00Z", positions: {}, everything: true });
    await pass(6_000);
    say(liveEvent(id(2), 5));
    away = false;
    await pass(10_000);
    expect(status(1)).toBe("completed");
    expect(lists).toBe(2);
  });

  it("does not lose the last event of a trial that cannot be read just then", async () => {
    const { status, say } = await showLive();
    end(1);
    away = true;
    say(liveEvent(id(1), 9, "trial.completed"));
    await pass(1_500);
    away = false;
    expect(status(1)).toBe("running");
    await pass(6_000);
    expect(status(1)).toBe("completed");
    expect(read).toEqual([id(1), id(1)]);
  });

  it("asks no more for a trial that is gone", async () => {
    const { say } = await showLive();
    server.use(
      http.get(at("/trials/:id"), ({ params }) => {
        read.push(String(params["id"]));
        return HttpResponse.json(PROBLEM, { status: 404 });
      }),
    );
    say(liveEvent(id(1), 9, "trial.completed"));
    await pass(12_000);
    expect(read).toEqual([id(1)]);
  });

  it("shows what happened meanwhile when it is shown again", async () => {
    const { status, say, rerender } = await showLive();
    rerender({ of: byName });
    await pass(300);
    end(1);
    say(liveEvent(id(1), 9, "trial.completed"));
    rerender({ of: listing });
    await pass(300);
    expect(status(1)).toBe("completed");
  });

  it("without a socket comes to every open trial in turn", async () => {
    enter = () => Promise.reject(new Error("blocked"));
    many(120);
    const { status } = await showList();
    [30, 75, 120].forEach(end);
    await pass(32_000);
    expect([30, 75, 120].map(status)).toEqual(["completed", "completed", "completed"]);
    // The newest fifty come in one answer.
    expect(read).toEqual(expect.arrayContaining(Array.from({ length: 70 }, (_, index) => id(51 + index))));
    expect(read.length).toBeLessThanOrEqual(6 * 20);
  });
});
