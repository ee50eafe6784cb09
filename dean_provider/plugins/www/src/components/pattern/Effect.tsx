import type { Model } from "@/api/client";
import { count } from "@/format/number";
import { signed } from "@/trials/narrative";

import styles from "./pattern.module.css";

type Effectiveness = Model<"Effectiveness">;

/** What a pattern is worth: mean change of fitness with its 95 % interval, drawn about zero. `scale` is the largest value drawn. */
export function Effect({ effect, scale }: { effect: Effectiveness | null | undefined; scale: number }) {
  if (!effect) return <span className="dim">not measured</span>;
  const holds = effect.low > 0;
  const harms = effect.high < 0;
  const place = (value: number) => 50 + (Math.max(-scale, Math.min(scale, value)) / (scale || 1)) * 48;
  return (
    <span className={styles["effect"]} title={`Measured on ${count(effect.agents)} agents that lack the pattern; the whole interval above zero means that it holds.`}>
      <b className={holds ? styles["good"] : harms ? styles["bad"] : undefined}>{signed(effect.mean)}</b>{" "}
      <span className="dim">
        {signed(effect.low)} to {signed(effect.high)}
      </span>
      <svg viewBox="0 0 100 12" aria-hidden="true" className={`${styles["interval"]} ${holds ? styles["good"] : harms ? styles["bad"] : ""}`}>
        <line x1="50" x2="50" y1="0" y2="12" className={styles["zero"]} />
        <line x1={place(effect.low)} x2={place(effect.high)} y1="6" y2="6" />
        <circle cx={place(effect.mean)} cy="6" r="3" />
      </svg>
    </span>
  );
}

/** The largest end of any interval: what all of a list are drawn to. */
export function scaleOf(patterns: { effectiveness?: Effectiveness | null }[]): number {
  return Math.max(0, ...patterns.flatMap(({ effectiveness }) => (effectiveness ? [Math.abs(effectiveness.low), Math.abs(effectiveness.high)] : [])));
}
