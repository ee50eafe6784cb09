import type { Model } from "@/api/client";
import { count, plural } from "@/format/number";
import type { Status } from "@/trials/list";

const UNDER_WAY: readonly Status[] = ["running", "paused", "preparing", "requested"];

/** How many trials are under way, by status, those that run first; a status that none has is left out. */
export function underWay({ counts }: Pick<Model<"Overview">, "counts">): [status: Status, number: number][] {
  return UNDER_WAY.map((status) => [status, counts[status] ?? 0] as [Status, number]).filter(([, number]) => number > 0);
}

/** The same in words: "200 running trials · 3 paused". */
export function underWayWords(overview: Pick<Model<"Overview">, "counts">): string {
  const [running, others] = [overview.counts["running"] ?? 0, underWay(overview).filter(([status]) => status !== "running")];
  return [plural(running, "running trial"), ...others.map(([status, number]) => `${count(number)} ${status}`)].join(" · ");
}
