import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it } from "vitest";

import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import Audit from ".";

const EVENT = {
  id: "e", workflow_id: "00000000-0000-0000-0000-000000000001", sequence: 7, event_type: "trial.paused", schema_version: 1, timestamp: "2026-11-26T12:00:00Z",
  actor: { kind: "user", name: "ada", address: "192.0.2.9" }, idempotency_key: "k", details: { generation: 3, reason: "lunch", nested: {} }, previous_hash: "", hash: "h",
};

describe("the audit", () => {
  it("says who did what, and is asked for what the address says", async () => {
    let asked = "";
    server.use(
      http.get(at("/audit"), ({ request }) => {
        asked = new URL(request.url).search;
        return HttpResponse.json({ events: [EVENT, { ...EVENT, id: "f", event_type: "alert.acknowledged" }], next_cursor: null });
      }),
    );
    show(<Audit />, { address: "/audit?actor=ada" });
    expect(await screen.findByText("Trial paused")).toBeInTheDocument();
    expect(screen.getAllByText("generation 3 · reason lunch")).toHaveLength(2);
    expect(screen.getAllByText("from 192.0.2.9")).toHaveLength(2);
    expect(screen.getByRole("link", { name: "00000000" })).toHaveAttribute("href", `/trials/${EVENT.workflow_id}`);
    expect(screen.getByText("the installation")).toBeInTheDocument();
    expect(asked).toContain("actor=ada");
    await userEvent.type(screen.getByLabelText("Event"), "trial.paused");
    await waitFor(() => expect(asked).toContain("event_type=trial.paused"));
    await userEvent.type(screen.getByLabelText("From"), "2026-11-25T10:00");
    await waitFor(() => expect(decodeURIComponent(asked)).toContain("recorded_after=2026-11-25T10:00:00.000Z"));
  });

  it("is not for everybody", async () => {
    const problem = { error_code: "permission_denied", message: "eve may not read the audit log.", suggestions: [], details: {} };
    server.use(http.get(at("/audit"), () => HttpResponse.json(problem, { status: 403 })));
    show(<Audit />);
    expect(await screen.findByText("You may not read the audit log")).toBeInTheDocument();
    expect(screen.getByText(/Eve may not read the audit log. Whoever administers/)).toBeInTheDocument();
  });

  it("says when nothing matches", async () => {
    server.use(http.get(at("/audit"), () => HttpResponse.json({ events: [], next_cursor: null })));
    show(<Audit />, { address: "/audit?actor=nobody" });
    expect(await screen.findByText("Nothing matches the filters.")).toBeInTheDocument();
  });
});
