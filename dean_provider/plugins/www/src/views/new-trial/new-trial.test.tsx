import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import NewTrial from ".";

const OBJECTIVES = [
  { name: "sphere", description: "Sum of squares.", metric: "value", unit: "", direction: "minimize", parameters_schema: { properties: { dimension: { type: "integer", minimum: 1, maximum: 100, default: 10, description: "Genes." } } } },
  { name: "bin_packing", description: "Bins.", metric: "excess", unit: "%", direction: "minimize", parameters_schema: { properties: {} } },
];
const FORM = {
  json_schema: {
    properties: {
      name: { type: "string", pattern: "^[a-z-]+$", title: "Name" },
      objective: { type: "string", title: "Objective" },
      objective_parameters: { type: "object", title: "Objective parameters" },
      population_size: { type: "integer", minimum: 2, maximum: 10000, title: "Population size", description: "Agents." },
      seed: { anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }], title: "Seed" },
    },
  },
  sections: [{ title: "Trial", fields: ["name", "objective", "objective_parameters", "population_size", "seed"] }],
  choices: {},
  examples: {},
  values: { name: "bin-packing", objective: "sphere", objective_parameters: {}, population_size: 60, seed: null },
  origins: { population_size: "environment variable AIRFLOW__DEAN__TRIAL_POPULATION_SIZE" },
  dags: [
    { dag_id: "dean_evolution_trial", description: "By hand.", paused: false, allowed: true, reason: "", values: {} },
    { dag_id: "others", paused: true, allowed: false, reason: "your role may not create runs of DAG others", values: { population_size: 12 } },
  ],
  objectives: OBJECTIVES,
};

describe("the form for a new trial", () => {
  let started: unknown[] = [];
  let checked: unknown[] = [];
  let check: object;

  beforeEach(() => {
    started = [];
    checked = [];
    check = { valid: true, problems: [], estimated_tokens: 3540 };
    server.use(
      http.get(at("/forms/trial"), () => HttpResponse.json(FORM)),
      http.post(at("/checks/trial"), async ({ request }) => {
        checked.push(await request.json());
        return HttpResponse.json(check);
      }),
      http.post(at("/trials"), async ({ request }) => {
        started.push([request.headers.get("idempotency-key"), await request.json()]);
        return HttpResponse.json({ workflow: { id: "00000000-0000-0000-0000-000000000001" }, created: true });
      }),
    );
  });

  it("shows what holds and who says so, and sends only what was changed", async () => {
    show(<NewTrial />);
    const size = await screen.findByRole("textbox", { name: "Population size" });
    expect(size).toHaveAttribute("placeholder", "60");
    expect(size).toHaveAccessibleDescription(/Agents\.\s+2 to 10,000\.\s+Now 60 \(environment variable/);
    await userEvent.type(size, "20");
    await userEvent.type(screen.getByRole("textbox", { name: "dimension" }), "5");
    expect(await screen.findByText("This can work and uses about 3,540 tokens.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Start the trial" }));
    await waitFor(() => expect(started).toHaveLength(1));
    expect(started[0]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      { dag_id: "dean_evolution_trial", config: { population_size: 20, objective_parameters: { dimension: 5 } }, note: null },
    ]);
  });

  it("says what is wrong as it is typed, before anybody is asked", async () => {
    show(<NewTrial />);
    const size = await screen.findByRole("textbox", { name: "Population size" });
    await userEvent.type(size, "1");
    expect(screen.getByText("must be at least 2")).toBeInTheDocument();
    expect(size).toHaveAttribute("aria-invalid", "true");
    await userEvent.type(size, "x");
    expect(screen.getByText("must be a whole number")).toBeInTheDocument();
    await userEvent.type(screen.getByRole("textbox", { name: "dimension" }), "0");
    expect(screen.getByText("must be at least 1")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Start the trial" }));
    expect(started).toEqual([]);
  });

  it("tells what only the gateway knows, beside the field it is about", async () => {
    check = { valid: false, problems: [{ field: "population_size", value: 60, rule: "elite_size (60) must be below population_size (60)", suggestion: "Set elite_size to 59 or less." }] };
    show(<NewTrial />);
    const size = await screen.findByRole("textbox", { name: "Population size" });
    await waitFor(() => expect(size).toHaveAccessibleDescription(/elite_size \(60\) must be below population_size \(60\)\. Set elite_size to 59 or less\./));
    expect(screen.getByRole("button", { name: "Start the trial" })).toHaveAccessibleDescription("something is wrong with the settings");
  });

  it("says when the service was not asked", async () => {
    check = { valid: true, problems: [], unasked: "It is away." };
    show(<NewTrial />);
    expect(await screen.findByText(/The Evolution API was not asked: It is away\./)).toBeInTheDocument();
  });

  it("shows a DAG's own values, and why it may not be started", async () => {
    show(<NewTrial />);
    await userEvent.selectOptions(await screen.findByRole("combobox", { name: "DAG" }), "others");
    expect(screen.getByRole("textbox", { name: "Population size" })).toHaveAccessibleDescription(/Now 12 \(set by others\)/);
    expect(screen.getByRole("button", { name: "Start the trial" })).toHaveAccessibleDescription("your role may not create runs of DAG others");
    await waitFor(() => expect(checked.at(-1)).toMatchObject({ dag_id: "others" }));
  });

  it("is written as commands and as code", async () => {
    show(<NewTrial />);
    await userEvent.type(await screen.findByRole("textbox", { name: "Seed" }), "7");
    expect(screen.getByText(/dean trial start --wait/)).toHaveTextContent("-c seed=7");
    await userEvent.click(screen.getByRole("tab", { name: "As code" }));
    expect(screen.getByText(/from dean_provider.factory import trial_dag/)).toHaveTextContent('"seed": 7');
    await userEvent.keyboard("{ArrowLeft}");
    expect(screen.getByRole("tab", { name: "airflow" })).toHaveFocus();
    expect(screen.getByText(/airflow dags trigger/)).toHaveTextContent(`--conf '{"seed":7}'`);
  });

  it("takes over what another trial had that is not so by itself", async () => {
    server.use(http.get(at("/trials/:id"), () => HttpResponse.json({ id: "a", name: "before", dag_id: "dean_evolution_trial", configuration: { population_size: 60, seed: 11, objective: "bin_packing" } })));
    show(<NewTrial />, { address: "/new?from=a" });
    expect(await screen.findByRole("textbox", { name: "Seed" })).toHaveValue("11");
    expect(screen.getByRole("textbox", { name: "Population size" })).toHaveValue("");
    expect(screen.getByText("This objective has no parameters.")).toBeInTheDocument();
  });
});
