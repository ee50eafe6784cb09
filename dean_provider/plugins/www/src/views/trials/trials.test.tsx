import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { laidOutLikeABrowser } from "@/testing/layout";
import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

import Trials from ".";

const NOW = "2026-01-01T00:00:00Z";
const trial = (number: number, more: object = {}) => ({
  id: `00000000-0000-0000-0000-${String(number).padStart(12, "0")}`,
  status: "running",
  name: `trial-${number}`,
  labels: { team: "packing" },
  generation: 3,
  generations: 60,
  best_fitness: -3.1,
  diversity: 0.4,
  tokens_used: 1234,
  created_at: NOW,
  updated_at: NOW,
  ...more,
});

beforeAll(laidOutLikeABrowser);

describe("the list of trials", () => {
  let asked: URLSearchParams[] = [];
  let pages: Record<string, object> = {};

  beforeEach(() => {
    asked = [];
    pages = { "": { workflows: [trial(1), trial(2, { status: "failed", error: "it broke" })], next_cursor: null } };
    server.use(
      http.get(at("/forms/trial"), () => HttpResponse.json({ objectives: [{ name: "sphere" }], dags: [] })),
      http.get(at("/trials"), ({ request }) => {
        const { searchParams } = new URL(request.url);
        asked.push(searchParams);
        return HttpResponse.json(pages[searchParams.get("cursor") ?? ""] ?? { workflows: [] });
      }),
    );
  });

  it("tells of each how it stands, and why it failed", async () => {
    show(<Trials />);
    expect(await screen.findByRole("link", { name: "trial-1" })).toHaveAttribute("href", "/trials/00000000-0000-0000-0000-000000000001");
    expect(screen.getByText("it broke")).toBeInTheDocument();
    expect(screen.getByText("2 trials")).toBeInTheDocument();
    expect(screen.getAllByRole("row")).toHaveLength(3);
  });

  it("loads more before the end is reached, and has as many rows as are in sight", async () => {
    const many = (from: number) => Array.from({ length: 500 }, (_, index) => trial(from + index));
    pages = { "": { workflows: many(0), next_cursor: "b" }, b: { workflows: many(500), next_cursor: null } };
    const { container } = show(<Trials />);
    expect(await screen.findByText("500 trials, more as you scroll")).toBeInTheDocument();
    expect(screen.getAllByRole("row").length).toBeLessThan(40);
    const rows = container.querySelector("[role=region][aria-label=Rows]") as HTMLElement;
    rows.scrollTop = 58 * 480;
    rows.dispatchEvent(new Event("scroll"));
    expect(await screen.findByText("1,000 trials")).toBeInTheDocument();
  });

  it("asks the gateway to search, filter and sort, and says so in the address", async () => {
    show(<Trials />);
    await screen.findByText("2 trials");
    await userEvent.type(screen.getByRole("searchbox", { name: "Search" }), "pack");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Status" }), "failed");
    await userEvent.click(screen.getByRole("button", { name: /Best fitness/ }));
    await waitFor(() => {
      const last = asked.at(-1);
      expect([last?.get("search"), last?.get("status"), last?.get("sort"), last?.get("descending")]).toEqual(["pack", "failed", "best_fitness", "true"]);
    });
    await userEvent.click(screen.getByRole("button", { name: /Best fitness/ }));
    await waitFor(() => expect(asked.at(-1)?.get("descending")).toBe("false"));
    await userEvent.click((await screen.findAllByRole("button", { name: "team=packing" }))[0] as HTMLElement);
    await waitFor(() => expect(asked.at(-1)?.get("label")).toBe("team=packing"));
  });

  it("compares what is chosen, from two on", async () => {
    show(<Trials />);
    await userEvent.click(await screen.findByRole("checkbox", { name: "Compare trial-1" }));
    expect(screen.getByRole("button", { name: "Compare" })).toHaveAttribute("aria-disabled", "true");
    await userEvent.click(screen.getByRole("checkbox", { name: "Compare trial-2" }));
    expect(screen.getByRole("link", { name: "Compare 2" })).toHaveAttribute("href", expect.stringContaining("/compare?ids=0000"));
  });

  it("says what it means that nothing is there", async () => {
    pages = { "": { workflows: [] } };
    show(<Trials />, { address: "/trials?status=failed" });
    await userEvent.click(await screen.findByRole("button", { name: "Show all trials" }));
    expect(await screen.findByText("No trial yet")).toBeInTheDocument();
  });

  it("says why the reader may not see it, and whom to ask", async () => {
    server.use(http.get(at("/trials"), () => HttpResponse.json({ message: "vic may not read DAG runs.", error_code: "PERMISSION_DENIED", status: 403 }, { status: 403 })));
    show(<Trials />);
    expect(await screen.findByText("You may not see trials")).toBeInTheDocument();
    expect(screen.getByText(/Vic may not read DAG runs/)).toBeInTheDocument();
  });
});
