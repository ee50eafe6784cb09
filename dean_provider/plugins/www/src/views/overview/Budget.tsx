import type { Model } from "@/api/client";
import { Card } from "@/components/layout/Card";
import { Bar } from "@/components/text/Bar";
import { When } from "@/components/text/When";
import { compact, count, percent } from "@/format/number";
import { coarse } from "@/format/time";

import styles from "./overview.module.css";

/** Hours until nothing is left at the pace of the last hour, in words. */
export function lasts(available: number, perHour: number | null | undefined): string {
  if (perHour == null) return "";
  if (perHour <= 0) return "nothing used in the last hour";
  const pace = `${compact(perHour)} an hour`;
  return available <= 0 ? pace : `${pace} · lasts ${coarse((available / perHour) * 3_600_000)}`;
}

/** Tokens of the whole Evolution API, and how fast they go. */
export function Budget({ budget }: { budget: Model<"BudgetBurn"> }) {
  const spent = budget.total > 0 ? budget.consumed / budget.total : null;
  return (
    <Card className={styles["budget"]}>
      <div>
        <b>{count(budget.consumed)}</b> <span className="dim">of {count(budget.total)} tokens used{spent === null ? "" : ` · ${percent(spent)}`}</span>
      </div>
      <Bar value={spent} label="Tokens used of all" text={percent(spent)} colour={spent !== null && spent >= 0.8 ? "--bad" : "--tokens"} />
      <div className="dim">
        {count(budget.available)} free{lasts(budget.available, budget.per_hour) && ` · ${lasts(budget.available, budget.per_hour)}`} · as of{" "}
        <When at={budget.checked_at} />
      </div>
    </Card>
  );
}
