import { count, figure, fixed, percent } from "@/format/number";

import type { Metric } from "./metric";

type Details = Record<string, unknown>;

interface Said {
  title: string;
  /** In a few words, with figures. */
  text: string;
  bad?: boolean;
}

const words = (value: unknown): string => (typeof value === "string" ? value : value === null || value === undefined ? "" : String(value));
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
const joined = (...parts: (string | false | null | undefined)[]): string => parts.filter(Boolean).join(" · ");
const generation = (details: Details): string => (number(details["generation"]) !== null && Number(details["generation"]) >= 0 ? `generation ${count(number(details["generation"]))}` : "");

const ENDINGS: Record<string, string> = {
  generations: "all generations done",
  fitness_threshold: "fitness threshold reached",
  stagnation: "no progress any more",
  token_budget: "token budget used up",
  max_time: "time limit reached",
  stopped: "stopped from outside",
  error: "error",
};

/** Why a trial ended, in the words of its report. */
export function ending(reason: string | null | undefined): string {
  return reason ? (ENDINGS[reason] ?? reason.replaceAll("_", " ")) : "";
}

const SAID: Record<string, (details: Details, metric: Metric) => Said> = {
  "workflow.opened": () => ({ title: "Record opened", text: "" }),
  "trial.requested": (d) => ({ title: "Requested", text: words(d["source"]) && `by ${words(d["source"])}` }),
  "trial.validated": () => ({ title: "Configuration checked", text: "" }),
  "services.checked": (d) => ({
    title: "Services checked",
    text: Object.entries((d["services"] as Record<string, { status?: string }>) ?? {})
      .map(([name, service]) => `${name} ${service.status ?? ""}`)
      .join(", "),
  }),
  "population.initialized": (d) => ({ title: "Population initialized", text: `${count(number(d["size"]))} agents` }),
  "trial.started": (d) => ({ title: Number(d["resumptions"]) > 0 ? "Started again" : "Started", text: generation(d) && `from ${generation(d)}` }),
  "diversity.intervened": (d) => ({
    title: "Diversity intervened",
    text: joined(`${fixed(number(d["diversity_before"]), 2)} → ${fixed(number(d["diversity_after"]), 2)}`, generation(d)),
  }),
  "budget.warned": (d) => ({ title: `${percent(number(d["share"]))} of the budget used`, text: joined(`${count(number(d["tokens_used"]))} tokens`, generation(d)) }),
  "budget.exhausted": (d) => ({ title: "Budget exhausted", text: joined(`${count(number(d["tokens_used"]))} tokens`, generation(d)), bad: true }),
  "trial.paused": (d) => ({ title: "Paused", text: joined(generation(d), words(d["reason"])) }),
  "trial.resumed": (d) => ({ title: "Resumed", text: generation(d) }),
  "trial.completed": (d, metric) => ({
    title: "Completed",
    text: joined(metric.fitness(number(d["best_fitness"])), generation(d), ending(words(d["termination_reason"]))),
  }),
  "trial.failed": (d) => ({ title: "Failed", text: joined(words(d["error"]), words(d["task_id"])), bad: true }),
  "trial.cancelled": (d) => ({ title: "Cancelled", text: joined(words(d["reason"]), generation(d)) }),
  "trial.compensated": (d) => ({ title: "Cleaned up", text: words(d["note"]) || (d["stopped"] ? "stopped what still ran" : "nothing was left running") }),
  "report.published": () => ({ title: "Report published", text: "" }),
  "trial.forked": (d) => ({ title: "Forked", text: generation(d) && `at ${generation(d)}` }),
  "trial.replayed": (d) => ({ title: "Replayed", text: d["agrees"] ? "the digest agrees" : "the digest differs", bad: d["agrees"] === false }),
  "trial.reconciled": (d) => ({ title: "Reconciled", text: joined(words(d["found"]), words(d["repaired"])) }),
  "recorder.missed": (d) => ({ title: "Record caught up", text: `${count(number(d["facts"]))} facts were told late` }),
  "run.ended": (d) => ({ title: "DAG run ended", text: words(d["state"]), bad: d["state"] === "failed" }),
  "pattern.discovered": (d) => ({ title: "Pattern discovered", text: joined(words(d["description"]), effect(d)) }),
  "pattern.refused": (d) => ({ title: "Pattern refused", text: joined(words(d["reason"]), effect(d)) }),
  "pattern.applied": (d, metric) => ({
    title: "Patterns applied",
    text: `mean ${metric.fitness(number(d["mean_fitness_before"]))} → ${metric.fitness(number(d["mean_fitness_after"]))} on ${count(number(d["agents"]))} copies`,
  }),
  "approval.asked": (d) => ({ title: "Approval asked", text: words(d["subject"]) }),
  "approval.given": (d) => ({ title: d["approved"] ? "Approved" : "Not approved", text: joined(words(d["by"]) && `by ${words(d["by"])}`, words(d["comment"])) }),
};

function effect(details: Details): string {
  const measured = details["effectiveness"] as { mean?: number; low?: number; high?: number } | null | undefined;
  if (!measured || typeof measured.mean !== "number") return "";
  return `${signed(measured.mean)} (${signed(measured.low ?? null)} to ${signed(measured.high ?? null)})`;
}

/** With its sign, so that gain and loss are told apart without colour. */
export function signed(value: number | null | undefined): string {
  const text = figure(value === null || value === undefined ? null : Math.abs(value), 3);
  return value === null || value === undefined ? text : value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

/** An event in words. One of a kind this version does not know keeps its own name. */
export function narrated(eventType: string, details: Details, metric: Metric): Said {
  return SAID[eventType]?.(details, metric) ?? { title: eventType.replaceAll(/[._]/g, " "), text: "" };
}

interface Happening {
  event_type: string;
  details: Record<string, unknown>;
}

/** One after another of the same kind as one: what the engine does by itself at every other generation would hide all else. */
export function gathered<Event extends Happening>(events: readonly Event[]): Event[][] {
  const found: Event[][] = [];
  for (const event of events) {
    const last = found.at(-1);
    if (event.event_type === "diversity.intervened" && last?.[0]?.event_type === event.event_type) last.push(event);
    else found.push([event]);
  }
  return found;
}

/** Events gathered by `gathered`, the newest first, in words. */
export function narratedTogether(events: readonly Happening[], metric: Metric): Said {
  const [newest] = events;
  const oldest = events.at(-1);
  if (!newest || !oldest) return { title: "", text: "" };
  const said = narrated(newest.event_type, newest.details, metric);
  if (events.length === 1) return said;
  const [first, last] = [oldest, newest].map((event) => number(event.details["generation"]));
  return { ...said, title: `${said.title} ${count(events.length)} times`, text: `generations ${count(first)} to ${count(last)}` };
}
