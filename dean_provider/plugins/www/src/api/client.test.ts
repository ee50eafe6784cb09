import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";

import { at, server } from "@/testing/server";

import { permissions } from "./access";
import { ask, api } from "./client";
import { Problem } from "./problem";

const status = () => ask(api.GET("/api/v1/status"));

describe("what the gateway answers", () => {
  it("is the data", async () => {
    server.use(http.get(at("/status"), () => HttpResponse.json({ user: "ada" })));
    expect((await status()).user).toBe("ada");
  });

  it("is a problem in its own words", async () => {
    const body = { error_code: "conflict", message: "The trial has ended.", suggestions: ["Fork it."], request_id: "r-1", details: {} };
    server.use(http.get(at("/status"), () => HttpResponse.json(body, { status: 409 })));
    const problem = await status().catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ message: "The trial has ended.", suggestions: ["Fork it."], requestId: "r-1", status: 409, retryable: false });
  });

  it("is a problem also when a proxy says it", async () => {
    server.use(http.get(at("/status"), () => new HttpResponse("<h1>Bad gateway</h1>", { status: 502, headers: { "X-Request-ID": "r-2" } })));
    expect(await status().catch((error: unknown) => error)).toMatchObject({ status: 502, requestId: "r-2", retryable: true });
  });

  it("names the fields that are wrong", async () => {
    const details = { problems: [{ field: "generations", value: 0, rule: "at least 1" }] };
    server.use(http.get(at("/status"), () => HttpResponse.json({ error_code: "x", message: "No.", suggestions: [], details }, { status: 422 })));
    const problem = (await status().catch((error: unknown) => error)) as Problem;
    expect(problem.fields).toEqual(details.problems);
  });

  it("may not come at all", async () => {
    server.use(http.get(at("/status"), () => HttpResponse.error()));
    expect(await status().catch((error: unknown) => error)).toMatchObject({ status: 0, code: "UNREACHABLE", retryable: true });
  });
});

describe("what the reader may do", () => {
  const known = permissions({ user: "ada", allowed: { pause: true, cancel: false }, reasons: { cancel: "the trial is completed" } });

  it("comes with the reason why not", () => {
    expect(known.may("pause")).toEqual({ allowed: true });
    expect(known.may("cancel")).toEqual({ allowed: false, reason: "the trial is completed" });
  });

  it("is nothing as long as it is not known", () => {
    expect(known.may("other").allowed).toBe(false);
    expect(permissions(undefined).may("pause")).toMatchObject({ allowed: false, reason: expect.stringContaining("not known") });
  });
});
