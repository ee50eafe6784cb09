import type { Model } from "@/api/client";

export type Trial = Model<"Workflow">;

export const SORTS = ["created_at", "updated_at", "name", "generation", "best_fitness", "diversity", "tokens_used"] as const;
export type Sort = (typeof SORTS)[number];

export const STATUSES = ["requested", "preparing", "running", "paused", "completed", "failed", "cancelled"] as const;
export type Status = (typeof STATUSES)[number];

/** Which trials are listed, and in which order: what the address says. */
export interface Listing {
  search: string;
  status: Status | "";
  objective: string;
  label: string;
  dagId: string;
  sort: Sort;
  descending: boolean;
}

export function listingOf(query: URLSearchParams): Listing {
  const sort = query.get("sort") as Sort | null;
  const status = query.get("status") as Status | null;
  return {
    search: query.get("search") ?? "",
    status: status && STATUSES.includes(status) ? status : "",
    objective: query.get("objective") ?? "",
    label: query.get("label") ?? "",
    dagId: query.get("dag_id") ?? "",
    sort: sort && SORTS.includes(sort) ? sort : "created_at",
    descending: query.get("order") !== "asc",
  };
}

/** The address's query with something changed; what is as it is by itself is left out. */
export function changed(query: URLSearchParams, values: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** Whether new trials belong at the top, and nothing that happens to one moves it. */
export function newestFirst(listing: Listing): boolean {
  return listing.sort === "created_at" && listing.descending;
}

export function filtered(listing: Listing): boolean {
  return Boolean(listing.search || listing.status || listing.objective || listing.label || listing.dagId);
}

export interface Page {
  workflows: Trial[];
  next_cursor?: string | null;
}

/** Pages with what is known anew about some of their trials. Pages in which nothing changed stay the same objects. */
export function patched(pages: Page[], news: ReadonlyMap<string, Trial>): Page[] {
  return pages.map((page) =>
    page.workflows.some((trial) => news.has(trial.id)) ? { ...page, workflows: page.workflows.map((trial) => news.get(trial.id) ?? trial) } : page,
  );
}

/** Pages with trials that came since at the top. */
export function withNew(pages: Page[], newest: Trial[]): Page[] {
  const known = new Set(pages.flatMap((page) => page.workflows.map((trial) => trial.id)));
  const fresh = newest.filter((trial) => !known.has(trial.id));
  const [first, ...rest] = pages;
  if (!first || fresh.length === 0) return pages;
  return [{ ...first, workflows: [...fresh, ...first.workflows] }, ...rest];
}
