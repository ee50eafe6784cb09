import type { ReactNode } from "react";

import styles from "./text.module.css";
import type { Tone } from "./tone";

/** A state in one word. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`${styles["badge"]} ${styles[tone]}`}>{children}</span>;
}

/** A state as a mark beside its words; says nothing by itself. */
export function Dot({ tone }: { tone: Tone }) {
  return <span aria-hidden="true" className={`${styles["dot"]} ${styles[tone]} ${tone === "neutral" ? styles["hollow"] : ""}`} />;
}
