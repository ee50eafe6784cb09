import type { Model } from "@/api/client";
import { count } from "@/format/number";
import { duration, millis } from "@/format/time";
import { secondsLeft } from "@/trials/progress";
import type { Point } from "@/trials/series";

type Trial = Model<"Workflow">;

/** So many times the usual duration of a generation without one, and something may be wrong. */
const SLOW = 5;
/** Nobody is told before so many seconds. */
const PATIENCE = 30;

/** Where a trial stands, in words: "generation 37 of 60 · 48 s left". */
export function standing(trial: Trial, points: Point[], now: number): string {
  const { status, generation = -1, generations } = trial;
  if (generation < 0) return status === "running" ? "first generation under way" : status;
  const done = `generation ${count(generation)}${generations ? ` of ${count(generations)}` : ""}`;
  if (status === "paused") return `${done} · paused`;
  const last = points.at(-1);
  const left = secondsLeft(trial, points);
  if (!last || left === null || !generations || last.generation >= generations) return done;
  const each = left / (generations - last.generation);
  const silent = (now - millis(last.completed_at)) / 1000;
  if (silent > Math.max(PATIENCE, SLOW * each)) return `${done} · none for ${duration(silent)}`;
  return `${done} · ${duration(Math.max(1, left - silent))} left`;
}
