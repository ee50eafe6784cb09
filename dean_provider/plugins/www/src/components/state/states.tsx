import type { ReactNode } from "react";

import { When } from "@/components/text/When";

import styles from "./state.module.css";

/** Nothing is there, and that is no mistake: what it means and what to do. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles["state"]}>
      <strong>{title}</strong>
      {children}
      {action !== undefined && <div className={styles["actions"]}>{action}</div>}
    </div>
  );
}

/** The reader may not see this: why, and whom to ask. */
export function NoPermission({ title, reason }: { title: string; reason?: string }) {
  return (
    <div className={styles["state"]}>
      <strong>{title}</strong>
      {reason ? `${reason[0]?.toUpperCase()}${reason.slice(1)}. ` : ""}Whoever administers this Airflow can change that.
    </div>
  );
}

/** Something comes; as much room as it will take. */
export function Loading({ what, lines = 4 }: { what: string; lines?: number }) {
  return (
    <div role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} aria-hidden="true" className={styles["bone"]} style={{ width: `${95 - ((line * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

/** What is shown is old: since when, and why. */
export function Stale({ at, reason }: { at: number | string | null; reason: string }) {
  return (
    <div role="status" className={styles["stale"]}>
      <strong>{at ? <>As of <When at={at} /></> : "Not known yet"}</strong>
      <span className="dim">{reason}</span>
    </div>
  );
}
