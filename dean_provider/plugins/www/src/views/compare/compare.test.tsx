import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { laidOutLikeABrowser } from "@/testing/layout";
import { at, server } from "@/testing/server";
import { show } from "@/testing/show";
import { holdTime, pass } from "@/testing/time";

import Compare from ".";

const trial = (id: string, seed: number, more: object = {}) => ({
  id, name: "same", status: "completed", objective: "sphere", generation: 2, best_fitness: -1, tokens_used: 30, seed, digest: `d${seed}`.repeat(8),
  created_at: "2026-01-01T00:00:00Z", started_at: "2026-01-01T00:00:00Z", completed_at: "2026-01-01T00:00:09Z", head: { sequence: 1, hash: "" }, ...more,
});

beforeAll(laidOutLikeABrowser);
afterEach(() => void vi.useRealTimers());

describe("a comparison", () => {
  let comparison: object;

  beforeEach(() => {
    comparison = { trials: [trial("aaaaaa-1", 1), trial("bbbbbb-2", 2)], differences: [{ field: "seed", values: [1, 2] }], same_digest: false };
    server.use(
      http.get(at("/forms/trial"), () => HttpResponse.json({ objectives: [], dags: [] })),
      http.get(at("/comparisons"), () => HttpResponse.json(comparison)),
      http.get(at("/trials/:id/generations"), () => HttpResponse.json({ generations: 1, sampled: false, points: [{ generation: 0, best_fitness: -2, mean_fitness: -3, elapsed_seconds: 0, tokens_used: 10, diversity: 1 }] })),
    );
  });

  it("tells trials of one name apart, and in what their settings differ", async () => {
    show(<Compare />, { address: "/compare?ids=aaaaaa-1,bbbbbb-2" });
    expect(await screen.findByRole("link", { name: "same aaaaaa" })).toHaveAttribute("href", "/trials/aaaaaa-1");
    expect(screen.getByText("seed")).toBeInTheDocument();
    expect(await screen.findByRole("img", { name: /same aaaaaa.*same bbbbbb/ })).toBeInTheDocument();
  });

  it("says what it means that digests are the same, and that objectives are not", async () => {
    comparison = { ...comparison, differences: [], same_digest: true };
    const { unmount } = show(<Compare />, { address: "/compare?ids=aaaaaa-1,bbbbbb-2" });
    expect(await screen.findByText(/All have the same digest/)).toBeInTheDocument();
    expect(screen.getByText(/Their configurations are the same/)).toBeInTheDocument();
    unmount();
    comparison = { trials: [trial("aaaaaa-1", 1), trial("bbbbbb-2", 2, { objective: "ackley" })], differences: [], same_digest: false };
    show(<Compare />, { address: "/compare?ids=aaaaaa-1,bbbbbb-2" });
    expect(await screen.findByText(/They have different objectives/)).toBeInTheDocument();
  });

  it("has the last generations of a trial that ended between two readings, even when they cannot be read at first", async () => {
    holdTime();
    const point = (generation: number) => ({ generation, best_fitness: generation, mean_fitness: 0, elapsed_seconds: generation, tokens_used: 10, diversity: 1 });
    let ended = false;
    let refusals = 1;
    let asked = 0;
    server.use(
      http.get(at("/comparisons"), () => HttpResponse.json({ ...comparison, trials: [trial("aaaaaa-1", 1, { status: ended ? "completed" : "running" }), trial("bbbbbb-2", 2)] })),
      http.get(at("/trials/aaaaaa-1/generations"), () => {
        asked += 1;
        if (ended && refusals-- > 0) return HttpResponse.json({ message: "The database is away.", error_code: "x" }, { status: 503 });
        return HttpResponse.json({ generations: 1, sampled: false, points: ended ? [point(0), point(7)] : [point(0)] });
      }),
    );
    show(<Compare />, { address: "/compare?ids=aaaaaa-1,bbbbbb-2" });
    await pass(4_500);
    expect(screen.getByRole("img", { name: /same aaaaaa/ })).not.toHaveAccessibleName(/7/);
    ended = true;
    await pass(8_000);
    expect(screen.getByRole("img", { name: /same aaaaaa: .*7/ })).toBeInTheDocument();
    const before = asked;
    await pass(20_000);
    expect(asked).toBe(before);
  });

  it("of nothing says how to choose", () => {
    show(<Compare />, { address: "/compare" });
    expect(screen.getByText(/Tick two or more trials/)).toBeInTheDocument();
  });
});
