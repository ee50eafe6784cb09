import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import type { Model } from "@/api/client";
import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import Overview from ".";
import { lasts } from "./Budget";
import { standing } from "./progress";

const NOW = new Date().toISOString();
const TRIAL = "00000000-0000-0000-0000-000000000001";

function trial(more: Partial<Model<"Workflow">> = {}): Model<"Workflow"> {
  return {
    id: TRIAL, workflow_type: "trial", name: "nightly", status: "running", generation: 37, generations: 60, best_fitness: -3.16,
    diversity: 0.41, tokens_used: 2220, token_budget: 6000, created_at: NOW, updated_at: NOW, sequence: 40, ...more,
  } as Model<"Workflow">;
}

function incident(more: Partial<Model<"Incident">> = {}): Model<"Incident"> {
  return { incident_id: "i", rule: "ServiceDown", severity: "critical", status: "firing", message: "The Evolution API does not answer.", raised_at: NOW, ...more } as Model<"Incident">;
}

function overview(more: Partial<Model<"Overview">> = {}): Model<"Overview"> {
  const watch = { taken_at: NOW, leader: "host/1", period_seconds: 10, stale: false };
  return { watch, services: [], counts: {}, running: [], recent: [], alerts: [], open_alerts: more.alerts?.length ?? 0, budget: null, timestamp: NOW, ...more } as Model<"Overview">;
}

function gateway(seen: Model<"Overview">, allowed: Record<string, boolean> = {}, reasons: Record<string, string> = {}) {
  server.use(
    http.get(at("/overview"), () => HttpResponse.json(seen)),
    http.get(at("/access"), () => HttpResponse.json({ user: "ada", allowed, reasons })),
    http.get(at("/forms/trial"), () => HttpResponse.json({ objectives: [{ name: "bin_packing", metric: "excess", unit: "%", direction: "minimize" }] })),
    http.get(at("/trials/:id"), () => HttpResponse.json({ scores: { test: 3.14 }, baselines: { best_fit: { test: 5.37 }, first_fit: { test: 5.74 } } })),
    http.get(at("/trials/:id/generations"), () => HttpResponse.json({ generations: 0, sampled: false, points: [] })),
  );
}

describe("the overview", () => {
  beforeEach(() => gateway(overview()));

  it("of an idle installation says what to do", async () => {
    show(<Overview />);
    expect(await screen.findByText("No trial runs now")).toBeInTheDocument();
    expect(screen.getByText("Nothing is wrong that a rule looks for.")).toBeInTheDocument();
    expect(screen.getByText(/0 running trials · no alert · updated/)).toBeInTheDocument();
  });

  it("counts every trial under way and every alert, not only those it shows", async () => {
    const running = Array.from({ length: 50 }, (_, index) => trial({ id: String(index), name: `t-${index}` }));
    const alerts = Array.from({ length: 100 }, (_, index) => incident({ incident_id: String(index) }));
    gateway(overview({ running, counts: { running: 1200, paused: 3, completed: 7, requested: 0 }, alerts, open_alerts: 230 }));
    show(<Overview />);
    expect(await screen.findByText(/^1,200 running trials · 3 paused · 230 alerts · updated/)).toBeInTheDocument();
    expect(screen.getByText(/The newest 12 of 1,203 are shown/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "1,200 running" })).toHaveAttribute("href", "/trials?status=running");
    expect(screen.getByRole("link", { name: "3 paused" })).toHaveAttribute("href", "/trials?status=paused");
    expect(screen.getByRole("link", { name: "all 230" })).toHaveAttribute("href", "/alerts");
  });

  it("names the rule of the incident that explains another, and leads to it", async () => {
    gateway(overview({ alerts: [incident({ rule: "TrialStalled", inhibited_by: "EvolutionDown.1f0c9a7b2d3e4f50.0" })] }));
    show(<Overview />);
    const card = await screen.findByRole("article", { name: "critical: Trial stalled" });
    expect(within(card).getByText("explained by", { exact: false })).toHaveTextContent("explained by Evolution down");
    expect(within(card).getByRole("link", { name: "Evolution down" })).toHaveAttribute("href", "/alerts#EvolutionDown.1f0c9a7b2d3e4f50.0");
  });

  it("shows how far a trial is, how good, how diverse and how dear", async () => {
    gateway(overview({ running: [trial()] }));
    show(<Overview />);
    expect(await screen.findByRole("link", { name: "nightly" })).toHaveAttribute("href", `/trials/${TRIAL}`);
    expect(screen.getByRole("meter", { name: "Progress of nightly" })).toHaveAttribute("aria-valuenow", "62");
    expect(screen.getByRole("meter", { name: "Tokens used" })).toHaveAttribute("aria-valuetext", "37 %");
    expect(screen.getByText("0.41")).toBeInTheDocument();
  });

  it("says what a trial came to on data it never saw, beside the best baseline", async () => {
    gateway(overview({ recent: [trial({ status: "completed", objective: "bin_packing" }), trial({ id: "f", status: "failed", error: "evaluation timed out" })] }));
    show(<Overview />);
    const table = await screen.findByRole("table", { name: "Trials that ended last" });
    expect(await within(table).findByText("(best fit 5.37 %)")).toBeInTheDocument();
    expect(within(table).getByText("3.16 %")).toBeInTheDocument();
    expect(within(table).getByText("evaluation timed out")).toBeInTheDocument();
  });

  it("says of a service since when it is away, and that what is known is old", async () => {
    const service = { name: "evolution", kind: "evolution", status: "unhealthy", since: NOW, message: "connection refused" } as Model<"ServiceState">;
    const watch = { taken_at: NOW, leader: "", period_seconds: 10, stale: true };
    gateway(overview({ services: [service], watch }));
    show(<Overview />);
    const strip = await screen.findByRole("list", { name: "Services" });
    expect(within(strip).getByText(/away since/)).toBeInTheDocument();
    expect(within(strip).getByText("connection refused")).toBeInTheDocument();
    expect(screen.getByText(/Nobody has asked the services since/)).toBeInTheDocument();
  });

  it("lets an alert be acknowledged with a comment", async () => {
    gateway(overview({ alerts: [incident()] }), { acknowledge_alerts: true });
    let sent: unknown;
    server.use(
      http.post(at("/alerts/i/acknowledge"), async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json(incident({ status: "acknowledged", acknowledged_by: "ada" }));
      }),
    );
    show(<Overview />);
    const card = await screen.findByRole("article", { name: "critical: Service down" });
    const button = within(card).getByRole("button", { name: "Acknowledge" });
    await waitFor(() => expect(button).toHaveAttribute("aria-disabled", "false"));
    await userEvent.click(button);
    const dialog = screen.getByRole("dialog");
    await userEvent.type(within(dialog).getByRole("textbox"), "restarting it");
    await userEvent.click(within(dialog).getByRole("button", { name: "Acknowledge" }));
    expect(await screen.findByText("Service down: acknowledged by ada.")).toBeInTheDocument();
    expect(sent).toEqual({ comment: "restarting it" });
  });

  it("says to whoever may not why not", async () => {
    const reason = "your role does not allow it";
    gateway(overview({ alerts: [incident()] }), { acknowledge_alerts: false }, { acknowledge_alerts: reason, silence_alerts: reason });
    show(<Overview />);
    const card = await screen.findByRole("article");
    for (const name of ["Acknowledge", "Silence 1 h"]) {
      const button = within(card).getByRole("button", { name });
      await waitFor(() => expect(button).toHaveAccessibleDescription(reason));
    }
  });
});

describe("progress", () => {
  const start = Date.parse("2026-11-26T12:00:00Z");
  const points = Array.from({ length: 11 }, (_, generation) => ({ generation, completed_at: new Date(start + generation * 2000).toISOString(), elapsed_seconds: generation * 2 }));

  it("has a time left, by the pace of the last generations", () => {
    expect(standing(trial({ generation: 10, generations: 60 }), points as never, start + 21_000)).toBe("generation 10 of 60 · 1 min 39 s left");
  });

  it("does not promise an end while nothing happens", () => {
    expect(standing(trial({ generation: 10 }), points as never, start + 320_000)).toBe("generation 10 of 60 · none for 5 min");
    expect(standing(trial({ generation: 10, status: "paused" }), points as never, start)).toBe("generation 10 of 60 · paused");
    expect(standing(trial({ generation: -1 }), [], start)).toBe("first generation under way");
  });

  it("of a budget is how long it lasts", () => {
    expect(lasts(3000, 1000)).toBe("1K an hour · lasts 3 h");
    expect(lasts(3000, 0)).toBe("nothing used in the last hour");
    expect(lasts(3000, null)).toBe("");
    expect(lasts(null, 1000)).toBe("1K an hour");
  });
});
