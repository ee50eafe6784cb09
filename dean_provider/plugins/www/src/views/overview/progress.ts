import type { Model } from "@/api/client";
import { duration, millis } from "@/format/time";

type Trial = Model<"Workflow">;
type Point = Pick<Model<"MetricsPoint">, "generation" | "completed_at">;

const RECENT = 20;
/** So many times the usual duration of a generation without one, and something may be wrong. */
const SLOW = 5;

/** Share of the generations that are done; nothing when nobody said how many there are to be. */
export function share(trial: Pick<Trial, "generation" | "generations">): number | null {
  const { generation = -1, generations } = trial;
  return generations ? Math.max(0, generation) / generations : null;
}

/** Seconds a generation takes, from the last ones. */
export function pace(points: Point[]): number | null {
  const last = points.slice(-RECENT);
  const [first, end] = [last[0], last[last.length - 1]];
  if (!first || !end || end.generation === first.generation) return null;
  return (millis(end.completed_at) - millis(first.completed_at)) / 1000 / (end.generation - first.generation);
}

/** Where a trial stands, in words: "generation 37 of 60 · 48 s left". */
export function standing(trial: Trial, points: Point[], now: number): string {
  const { status, generation = -1, generations } = trial;
  if (generation < 0) return status === "running" ? "first generation under way" : status;
  const done = `generation ${generation}${generations ? ` of ${generations}` : ""}`;
  if (status === "paused") return `${done} · paused`;
  const seconds = pace(points);
  const last = points[points.length - 1];
  if (!seconds || !last || !generations) return done;
  const silent = (now - millis(last.completed_at)) / 1000;
  if (silent > Math.max(30, SLOW * seconds)) return `${done} · none for ${duration(silent)}`;
  return `${done} · ${duration(Math.max(1, seconds * (generations - generation) - silent))} left`;
}
