import type { Model } from "@/api/client";
import { Card } from "@/components/layout/Card";
import { Bar } from "@/components/text/Bar";
import { When } from "@/components/text/When";
import { compact, count, percent } from "@/format/number";
import { coarse } from "@/format/time";

import styles from "./overview.module.css";

/** How fast tokens go, and how long the free ones last at the pace of the last hour. */
export function lasts(available: number | null | undefined, perHour: number | null | undefined): string {
  if (perHour == null) return "";
  if (perHour <= 0) return "nothing used in the last hour";
  const pace = `${compact(perHour)} an hour`;
  return available == null || available <= 0 ? pace : `${pace} · lasts ${coarse((available / perHour) * 3_600_000)}`;
}

/** Tokens of the whole Evolution API, and how fast they go. */
export function Budget({ budget }: { budget: Model<"BudgetBurn"> }) {
  const { total, consumed, available, per_hour, checked_at } = budget;
  const spent = total ? consumed / total : null;
  const facts = [available == null ? "" : `${count(available)} free`, lasts(available, per_hour)].filter(Boolean).join(" · ");
  return (
    <Card className={styles["budget"]}>
      <div>
        <b>{count(consumed)}</b> <span className="dim">{total == null ? "tokens used, without a limit" : `of ${count(total)} tokens used${spent === null ? "" : ` · ${percent(spent)}`}`}</span>
      </div>
      {spent !== null && <Bar value={spent} label="Tokens used of all" text={percent(spent)} colour={spent >= 0.8 ? "--bad" : "--tokens"} />}
      <div className="dim">
        {facts && `${facts} · `}as of <When at={checked_at} />
      </div>
    </Card>
  );
}
