import { QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { makeQueryClient } from "@/api/query-client";
import { at, server } from "@/testing/server";
import { holdTime, pass } from "@/testing/time";

import { useGenerations } from "./useGenerations";

const TRIAL = "00000000-0000-0000-0000-000000000001";

describe("generations, without a socket", () => {
  beforeEach(holdTime);
  afterEach(() => void vi.useRealTimers());

  it("are there to the last one when the trial ended between two readings", async () => {
    let last = 3;
    let asked = 0;
    server.use(
      http.get(at("/trials/:id/generations"), ({ request }) => {
        asked += 1;
        const start = Number(new URL(request.url).searchParams.get("start"));
        const points = Array.from({ length: last + 1 - start }, (_, index) => ({ generation: start + index, best_fitness: 0 }));
        return HttpResponse.json({ generations: last + 1, sampled: false, points });
      }),
    );
    const client = makeQueryClient();
    const { result, rerender } = renderHook(({ moving }) => useGenerations(TRIAL, { moving }), {
      initialProps: { moving: true },
      wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
    });
    await pass(300);
    last = 9;
    rerender({ moving: false });
    await pass(300);
    expect(result.current.data?.points.map((point) => point.generation)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await pass(10_000);
    expect(asked).toBe(2);
  });
});
