import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";

import type { Model } from "@/api/client";
import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import Alerts from ".";

const NOW = "2026-11-26T12:00:00Z";
const WATCH = { taken_at: NOW, leader: "host/1", period_seconds: 10, stale: false };
const RULES = [
  { name: "ServiceDown", severity: "critical", summary: "A service does not answer.", metric: "dean_service_up", condition: "below 1 for 1 min", origin: "default", enabled: true, state: "quiet", value: 1 },
  { name: "QueueLag", severity: "info", summary: "Tasks wait.", metric: "x", condition: "above 60", origin: "file", enabled: false, state: "no data", value: null },
];

function open(id: string, more: Partial<Model<"Incident">> = {}): Partial<Model<"Incident">> {
  return { incident_id: id, rule: "ServiceDown", severity: "warning", status: "firing", message: `It is away (${id}).`, raised_at: NOW, ...more };
}

function overviewOf(alerts: Partial<Model<"Incident">>[], open_alerts = alerts.length) {
  return http.get(at("/overview"), () =>
    HttpResponse.json({ watch: WATCH, services: [], counts: {}, running: [], recent: [], alerts, open_alerts, budget: null, timestamp: NOW }),
  );
}

function resolved(id: string): Partial<Model<"Incident">> {
  return { incident_id: id, rule: "QueueLag", severity: "info", status: "resolved", message: `A task has waited (${id}).`, raised_at: NOW, resolved_at: "2026-11-26T12:04:00Z" };
}

let asked: string[];

beforeEach(() => {
  asked = [];
  server.use(
    overviewOf([]),
    http.get(at("/access"), () => HttpResponse.json({ user: "ada", allowed: { silence_alerts: true }, reasons: {} })),
    http.get(at("/alerts/silences"), () => HttpResponse.json({ silences: [] })),
    http.get(at("/alerts/rules"), () => HttpResponse.json({ rules: RULES, problems: ["line 3: no such metric"] })),
    http.get(at("/alerts"), ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query.toString());
      const second = query.get("cursor") === "next";
      return HttpResponse.json({ incidents: [resolved(second ? "b" : "a")], next_cursor: second ? null : "next" });
    }),
  );
});

describe("alerts", () => {
  it("tells how many are open beyond those shown, and shows them all on request", async () => {
    const pages: Record<string, object> = {
      "": { incidents: [open("new"), open("grave")], next_cursor: "older" },
      older: { incidents: [open("old")], next_cursor: null },
    };
    server.use(
      overviewOf([open("grave", { severity: "critical" })], 3),
      http.get(at("/alerts"), ({ request }) => {
        const query = new URL(request.url).searchParams;
        return HttpResponse.json(query.get("open") === "true" ? pages[query.get("cursor") ?? ""] : { incidents: [], next_cursor: null });
      }),
    );
    show(<Alerts />);
    expect(await screen.findByText("3 open incidents")).toBeInTheDocument();
    expect(screen.getByText(/1 of 3 are shown, the gravest/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("It is away (new).")).toBeInTheDocument();
    expect(screen.getAllByText("It is away (grave).")).toHaveLength(1);
    expect(screen.getByText(/2 of 3 are shown/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("It is away (old).")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("takes the reader to the incident that a link names", async () => {
    server.use(overviewOf([open("ServiceDown.1.0"), open("ServiceDown.2.0")]));
    show(<Alerts />, { address: "/alerts#ServiceDown.2.0" });
    const cards = await screen.findAllByRole("article");
    await waitFor(() => expect(cards[1]).toHaveFocus());
    expect(cards[1]).toHaveTextContent("It is away (ServiceDown.2.0).");
  });

  it("has a history that goes back as far as wanted, and can be narrowed", async () => {
    show(<Alerts />);
    const table = await screen.findByRole("table", { name: "Resolved incidents, newest first" });
    expect(within(table).getByText("4 min")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Show older ones" }));
    expect(await screen.findByText("A task has waited (b).")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Show older ones" })).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText("Severity"), "critical");
    await waitFor(() => expect(asked.at(-1)).toContain("severity=critical"));
  });

  it("shows what each rule sees, and what is wrong with the file of rules", async () => {
    show(<Alerts />);
    const table = await screen.findByRole("table", { name: "Rules" });
    expect(within(table).getByText("switched off")).toBeInTheDocument();
    expect(screen.getByText("1 rule of this package sees nothing wrong.")).toBeInTheDocument();
    expect(within(table).queryByText("A service does not answer.", { exact: false })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Show all 2" }));
    expect(within(table).getByText("A service does not answer.", { exact: false })).toHaveTextContent("below 1 for 1 min");
    expect(screen.getByRole("alert")).toHaveTextContent("line 3: no such metric");
  });

  it("lets a rule be silenced for a while", async () => {
    let sent: unknown;
    server.use(
      http.post(at("/alerts/silences"), async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ silence_id: "s", rule: "QueueLag", created_by: "ada", created_at: NOW, ends_at: NOW });
      }),
    );
    show(<Alerts />);
    await screen.findByRole("table", { name: "Rules" });
    await waitFor(() => expect(screen.getByRole("button", { name: "Silence…" })).toHaveAttribute("aria-disabled", "false"));
    await userEvent.click(screen.getByRole("button", { name: "Silence…" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.selectOptions(within(dialog).getByLabelText("Rule"), "QueueLag");
    await userEvent.selectOptions(within(dialog).getByLabelText("For"), "1 day");
    await userEvent.type(within(dialog).getByLabelText("Why"), "new workers");
    await userEvent.click(within(dialog).getByRole("button", { name: "Silence" }));
    await waitFor(() => expect(sent).toEqual({ rule: "QueueLag", labels: {}, seconds: 86_400, comment: "new workers" }));
  });

  it("ends a silence, and says what went wrong when it cannot", async () => {
    server.use(
      http.get(at("/alerts/silences"), () => HttpResponse.json({ silences: [{ silence_id: "s", rule: null, created_by: "ada", created_at: NOW, ends_at: NOW }] })),
      http.delete(at("/alerts/silences/s"), () => HttpResponse.json({ error_code: "x", message: "The database is away.", suggestions: ["Try later."], details: {} }, { status: 503 })),
    );
    show(<Alerts />);
    const end = await screen.findByRole("button", { name: "End the silence of every rule" });
    await waitFor(() => expect(end).toHaveAttribute("aria-disabled", "false"));
    await userEvent.click(end);
    expect(await screen.findByText(/The silence was not ended: The database is away/)).toBeInTheDocument();
    expect(screen.getByText("Try later.")).toBeInTheDocument();
  });
});
