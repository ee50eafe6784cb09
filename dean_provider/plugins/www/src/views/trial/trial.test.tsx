import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { laidOutLikeABrowser } from "@/testing/layout";
import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import TrialView from ".";

const ID = "00000000-0000-0000-0000-000000000001";
const NOW = "2026-01-01T00:00:00Z";
const OBJECTIVE = { name: "bin_packing", description: "", metric: "excess", unit: "%", direction: "minimize", parameters_schema: {} };
const FORM = {
  json_schema: { properties: { mutation_rate: { type: "number", minimum: 0, maximum: 1, title: "Mutation rate" }, population_size: { type: "integer", title: "Population size" } } },
  sections: [{ title: "Evolution", fields: ["mutation_rate", "population_size"] }],
  choices: {},
  values: { mutation_rate: 0.1, population_size: 60 },
  origins: {},
  dags: [],
  objectives: [OBJECTIVE],
};

const detail = (more: object = {}) => ({
  id: ID,
  status: "running",
  name: "nightly",
  trial_id: ID,
  dag_id: "dean_evolution_trial",
  run_id: "run 1",
  objective: "bin_packing",
  generation: 2,
  generations: 60,
  best_fitness: -3,
  diversity: 0.41,
  tokens_used: 180,
  token_budget: 6000,
  digest: "9f3ca17e40d2" + "0".repeat(52),
  configuration: { mutation_rate: 0.3, population_size: 60, diversity_threshold: 0.3, pattern_policy: "off" },
  patterns: [],
  head: { sequence: 143, hash: "h" },
  created_at: NOW,
  updated_at: NOW,
  started_at: NOW,
  ...more,
});

const point = (generation: number) => ({
  generation, best_fitness: -3 - 1 / (generation + 1), mean_fitness: -5, worst_fitness: -9, diversity: 0.41, tokens_used: 60 * (generation + 1), evaluations: 60, retries: 0,
  intervened: generation === 1, elapsed_seconds: generation * 2, completed_at: NOW, best_agent_id: `p:${generation}:0`,
});

beforeAll(laidOutLikeABrowser);

describe("a trial", () => {
  let trial: object;
  let access: object;

  beforeEach(() => {
    trial = detail();
    access = { user: "ada", allowed: { pause: true, cancel: true, fork: true, resume: false, replay: false, apply: true }, reasons: { resume: "the trial is not paused" } };
    server.use(
      http.get(at("/forms/trial"), () => HttpResponse.json(FORM)),
      http.get(at(`/trials/${ID}`), () => HttpResponse.json(trial)),
      http.get(at(`/trials/${ID}/access`), () => HttpResponse.json(access)),
      http.get(at(`/trials/${ID}/generations`), () => HttpResponse.json({ generations: 3, sampled: false, points: [0, 1, 2].map(point) })),
      http.get(at(`/workflows/${ID}/events`), () =>
        HttpResponse.json({ events: [{ sequence: 9, event_type: "diversity.intervened", timestamp: NOW, details: { diversity_before: 0.28, diversity_after: 0.41, generation: 1 } }] }),
      ),
      http.get(at(`/trials/${ID}/patterns`), () => HttpResponse.json({ patterns: [] })),
    );
  });

  const open = (address = `/trials/${ID}`) => show(<TrialView />, { address, path: "/trials/:id" });

  it("says where it stands, in what the objective measures", async () => {
    open();
    expect(await screen.findByText(/generation 2 of 60/)).toBeInTheDocument();
    expect(await screen.findByText(/1 min 56 s left/)).toBeInTheDocument();
    expect((await screen.findAllByText(/^3\.33\s%$/)).length).toBeGreaterThan(0);
    expect(screen.getByText("of 6,000 · ends at about 3.7K")).toBeInTheDocument();
    expect(screen.getByText("9f3c·a17e·40d2")).toBeInTheDocument();
    expect(screen.getByText("0.28 → 0.41 · generation 1")).toBeInTheDocument();
    expect(screen.getByRole("img", { name: /excess by generation. From generation 0 to generation 2/ })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: /Airflow run/ })).toHaveAttribute("href", "http://airflow.test/dags/dean_evolution_trial/runs/run%201");
  });

  it("is paused only when the reader has said so twice, and tells what was asked beside what is so", async () => {
    const keys: (string | null)[] = [];
    server.use(
      http.post(at(`/trials/${ID}/pause`), ({ request }) => {
        keys.push(request.headers.get("idempotency-key"));
        return HttpResponse.json(detail());
      }),
    );
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Pause" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Go back" }));
    expect(keys).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/The record still says: running at generation 2/)).toBeInTheDocument();
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    trial = detail({ status: "paused" });
    expect(await screen.findByText(/It is held at generation 2/, undefined, { timeout: 5000 })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Resume" })).toBeInTheDocument();
  });

  it("shows what the gateway says when it cannot be done", async () => {
    server.use(
      http.post(at(`/trials/${ID}/cancel`), () =>
        HttpResponse.json({ message: "The Evolution API is away.", error_code: "SERVICE_UNAVAILABLE", status: 503, suggestions: ["Try again when it is back."], request_id: "r-1" }, { status: 503 }),
      ),
    );
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Cancel" }));
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel the trial" }));
    const alert = await screen.findByRole("alert");
    for (const text of ["The Evolution API is away.", "Try again when it is back.", "r-1", /The record says: running/]) expect(within(alert).getByText(text)).toBeInTheDocument();
  });

  it("lets a viewer look, and says why nothing can be pressed", async () => {
    access = { user: "vic", allowed: {}, reasons: { pause: "your role may not edit runs of DAG dean_evolution_trial", fork: "your role may not create runs of DAG dean_evolution_trial" } };
    open();
    const pause = await screen.findByRole("button", { name: "Pause" });
    await waitFor(() => expect(pause).toHaveAccessibleDescription("your role may not edit runs of DAG dean_evolution_trial"));
    expect(pause).toHaveAttribute("aria-disabled", "true");
    await userEvent.click(pause);
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });

  it("tells why it failed and what helps", async () => {
    trial = detail({ status: "failed", error: "evaluation timed out" });
    open();
    const alert = await screen.findByRole("alert");
    expect(within(alert).getByText("evaluation timed out")).toBeInTheDocument();
    expect(within(alert).getByText(/Clear the run in Airflow/)).toBeInTheDocument();
  });

  it("does not advise to clear what cannot work", async () => {
    trial = detail({ status: "failed", error: "elite_size must be below population_size", generation: -1 });
    const details = { error: "elite_size must be below population_size", error_code: "invalid_configuration", task_id: "validate_trial" };
    server.use(http.get(at(`/workflows/${ID}/events`), () => HttpResponse.json({ events: [{ sequence: 3, event_type: "trial.failed", timestamp: NOW, details }] })));
    open();
    const alert = await screen.findByRole("alert");
    expect(await within(alert).findByText(/Start it again with other settings/)).toBeInTheDocument();
    expect(within(alert).queryByText(/Clear the run/)).toBeNull();
  });

  it("is forked from a generation that is there, with what the check allows", async () => {
    const forks: unknown[] = [];
    const checks: unknown[] = [];
    server.use(
      http.post(at("/checks/trial"), async ({ request }) => {
        checks.push(await request.json());
        return HttpResponse.json({ valid: true, problems: [] });
      }),
      http.post(at(`/trials/${ID}/forks`), async ({ request }) => {
        forks.push(await request.json());
        return HttpResponse.json({ workflow: detail({ id: "00000000-0000-0000-0000-000000000002" }), created: true });
      }),
      http.get(at("/trials/:id"), () => HttpResponse.json(detail({ name: "child" }))),
    );
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Fork…" }));
    const dialog = screen.getByRole("dialog");
    const generation = within(dialog).getByRole("spinbutton", { name: /Last generation shared/ });
    await userEvent.clear(generation);
    await userEvent.type(generation, "9");
    expect(within(dialog).getByText("must be a whole number from 0 to 2")).toBeInTheDocument();
    await userEvent.clear(generation);
    await userEvent.type(generation, "1");
    await userEvent.selectOptions(await within(dialog).findByRole("combobox", { name: "Change a setting" }), "mutation_rate");
    expect(within(dialog).queryByRole("option", { name: "Population size" })).not.toBeInTheDocument();
    await userEvent.type(within(dialog).getByRole("textbox", { name: "Mutation rate" }), "0.5");
    await waitFor(() => expect(checks.at(-1)).toEqual({ parent_id: ID, generation: 1, config: { mutation_rate: 0.5 } }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Fork" }));
    await waitFor(() => expect(forks).toEqual([{ generation: 1, config: { mutation_rate: 0.5 } }]));
  });

  it("that is not there is said to be so", async () => {
    server.use(http.get(at(`/trials/${ID}`), () => HttpResponse.json({ message: "There is none.", error_code: "NOT_FOUND", status: 404 }, { status: 404 })));
    open();
    expect(await screen.findByText("There is no such trial")).toBeInTheDocument();
  });

  it("keeps showing what was heard last when nobody answers any more, and says of when it is", async () => {
    open();
    await screen.findByText(/generation 2 of 60/);
    server.use(http.get(at(`/trials/${ID}`), () => HttpResponse.error()));
    expect(await screen.findByText("Airflow's API server does not answer.", undefined, { timeout: 6000 })).toBeInTheDocument();
    expect(screen.getByText(/generation 2 of 60/)).toBeInTheDocument();
  });

  it("has its report in a box that reaches nothing", async () => {
    trial = detail({ status: "completed", report_uri: "file:///r.html" });
    open(`/trials/${ID}?tab=report`);
    const frame = await screen.findByTitle("Report of nightly");
    expect(frame).toHaveAttribute("sandbox", "allow-scripts allow-downloads");
    expect(frame).toHaveAttribute("src", `http://airflow.test/dean/api/v1/trials/${ID}/report`);
  });
});
