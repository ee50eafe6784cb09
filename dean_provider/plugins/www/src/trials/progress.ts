import type { Model } from "@/api/client";

import type { Point } from "./series";

type Trial = Pick<Model<"Workflow">, "status" | "generation" | "generations" | "tokens_used" | "token_budget">;

const RECENT = 20;
export const MOVING: ReadonlySet<string> = new Set(["requested", "preparing", "running", "paused"]);

/** Whether more may come by itself. */
export function isOpen(trial: Pick<Trial, "status">): boolean {
  return MOVING.has(trial.status);
}

/** Share of the generations asked for that are done. */
export function progressOf(trial: Pick<Trial, "generation" | "generations">): number | null {
  if (!trial.generations || (trial.generation ?? -1) < 0) return trial.generations ? 0 : null;
  return Math.min(1, (trial.generation ?? 0) / trial.generations);
}

/** How many generations the last ones took on average, in seconds each; none before there are two. */
function pace(points: readonly Point[]): number | null {
  const recent = points.slice(-RECENT - 1);
  const first = recent[0];
  const last = recent.at(-1);
  if (!first || !last || last.generation <= first.generation) return null;
  return (last.elapsed_seconds - first.elapsed_seconds) / (last.generation - first.generation);
}

/** Seconds of running time until the last generation at the pace of the last ones; none when that cannot be said. */
export function secondsLeft(trial: Trial, points: readonly Point[], maxSeconds?: number | null): number | null {
  if (trial.status !== "running" || !trial.generations) return null;
  const each = pace(points);
  const last = points.at(-1);
  if (each === null || !last) return null;
  const left = Math.max(0, trial.generations - last.generation) * each;
  return maxSeconds ? Math.max(0, Math.min(left, maxSeconds - last.elapsed_seconds)) : left;
}

/** Tokens the trial will have used at its last generation, at the rate of the last ones. */
export function tokensAtEnd(trial: Trial, points: readonly Point[]): number | null {
  const recent = points.slice(-RECENT - 1);
  const first = recent[0];
  const last = recent.at(-1);
  if (!isOpen(trial) || !trial.generations || !first || !last || last.generation <= first.generation) return null;
  const each = (last.tokens_used - first.tokens_used) / (last.generation - first.generation);
  return Math.round(last.tokens_used + Math.max(0, trial.generations - last.generation) * each);
}
