import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import Patterns from ".";

const TRIAL = "00000000-0000-0000-0000-000000000001";
const PATTERN = {
  pattern_id: "p1",
  description: "scores[0] is at least 0.966",
  objective: "bin_packing",
  trial_id: TRIAL,
  generation: 9,
  status: "accepted",
  body: { ranges: [{ trait: "scores", index: 0, low: 0.966, high: null }] },
  support: { elite_matching: 112, elite_size: 160, population_matching: 150, population_size: 600, p_value: 0.001, q_value: 0.01 },
  effectiveness: { mean: 0.215, low: 0.17, high: 0.26, agents: 60 },
  discovered_at: "2026-01-01T00:00:00Z",
};

describe("the registry of patterns", () => {
  beforeEach(() => {
    server.use(
      http.get(at("/forms/trial"), () => HttpResponse.json({ objectives: [{ name: "bin_packing" }], dags: [] })),
      http.get(at("/patterns"), ({ request }) =>
        HttpResponse.json({ patterns: new URL(request.url).searchParams.get("status") === "refused" ? [] : [PATTERN, { pattern_id: "p2", status: "quarantined", quarantine: "it harmed" }] }),
      ),
    );
  });

  it("tells of each what it says, how it stood out, what it is worth and where it was found", async () => {
    show(<Patterns />);
    expect(await screen.findByText("scores[0] is at least 0.966")).toBeInTheDocument();
    expect(screen.getByText("112 of 160 fittest")).toHaveTextContent(/25\s% of all/);
    expect(screen.getByText("+0.215").parentElement).toHaveTextContent("+0.17 to +0.26");
    expect(screen.getByRole("link", { name: "bin_packing" })).toHaveAttribute("href", `/trials/${TRIAL}`);
    expect(screen.getByText("Quarantined: it harmed")).toBeInTheDocument();
    expect(screen.getAllByRole("button", { name: /^Apply/ })).toHaveLength(1);
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "State" }), "refused");
    expect(await screen.findByText("No pattern is like that")).toBeInTheDocument();
  });

  it("applies one to a completed trial of the same objective, where the reader may", async () => {
    const applied: unknown[] = [];
    let allowed = false;
    server.use(
      http.get(at("/trials"), () => HttpResponse.json({ workflows: [{ id: TRIAL, name: "nightly", created_at: PATTERN.discovered_at }] })),
      http.get(at(`/trials/${TRIAL}/access`), () => HttpResponse.json({ user: "ada", allowed: { apply: allowed }, reasons: { apply: "your role may not edit runs of DAG d" } })),
      http.post(at(`/trials/${TRIAL}/patterns`), async ({ request }) => {
        applied.push(await request.json());
        return HttpResponse.json({ id: TRIAL });
      }),
    );
    const { unmount } = show(<Patterns />);
    const choose = async () => {
      await userEvent.click(await screen.findByRole("button", { name: /^Apply/ }));
      await userEvent.selectOptions(await screen.findByRole("combobox", { name: /Completed trial/ }), TRIAL);
    };
    await choose();
    const refused = within(screen.getByRole("dialog")).getByRole("button", { name: "Apply" });
    await waitFor(() => expect(refused).toHaveAccessibleDescription("your role may not edit runs of DAG d"));
    unmount();
    allowed = true;
    show(<Patterns />);
    await choose();
    const button = within(screen.getByRole("dialog")).getByRole("button", { name: "Apply" });
    await waitFor(() => expect(button).toHaveAttribute("aria-disabled", "false"));
    await userEvent.click(button);
    await waitFor(() => expect(applied).toEqual([{ pattern_ids: ["p1"] }]));
  });
});
