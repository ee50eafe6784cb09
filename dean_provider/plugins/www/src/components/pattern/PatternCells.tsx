import type { Model } from "@/api/client";
import { Badge } from "@/components/text/Badge";
import type { Tone } from "@/components/text/tone";
import { count, figure, percent } from "@/format/number";

import styles from "./pattern.module.css";

type Pattern = Model<"Pattern">;
type Range = Model<"TraitRange">;

const TONES: Record<string, Tone> = { discovered: "neutral", accepted: "good", applied: "good", refused: "neutral", quarantined: "bad", tried: "accent", propagated: "good" };
const SHOWN = 12;

/** What became of a pattern. */
export function PatternBadge({ status }: { status: string }) {
  return <Badge tone={TONES[status] ?? "neutral"}>{status}</Badge>;
}

/** What a pattern says about a genome: in words, and range by range on demand. */
export function PatternText({ pattern }: { pattern: Pattern }) {
  const ranges = pattern.body?.ranges ?? [];
  return (
    <div className={styles["what"]}>
      <span>{pattern.description || pattern.pattern_id}</span>
      {pattern.quarantine && <span className="dim">Quarantined: {pattern.quarantine}</span>}
      {ranges.length > 0 && (
        <details>
          <summary className="dim">{ranges.length === 1 ? "1 range" : `${count(ranges.length)} ranges`}</summary>
          <ul className={styles["ranges"]}>
            {ranges.slice(0, SHOWN).map((range) => (
              <li key={`${range.trait}${range.index}`}>{rangeText(range)}</li>
            ))}
            {ranges.length > SHOWN && <li>and {count(ranges.length - SHOWN)} more</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

function rangeText(range: Range): string {
  const name = `${range.trait}[${range.index ?? 0}]`;
  if (range.values) return `${name} ∈ {${range.values.map((value) => figure(value)).join(", ")}}`;
  const low = range.low === null || range.low === undefined ? "" : `${figure(range.low)} ≤ `;
  const high = range.high === null || range.high === undefined ? "" : ` ≤ ${figure(range.high)}`;
  return `${low}${name}${high}`;
}

/** How a pattern stood out: among the fittest against everybody. */
export function SupportText({ support }: { support: Model<"Support"> | null | undefined }) {
  if (!support) return <span className="dim">–</span>;
  const everybody = support.population_matching / support.population_size;
  return (
    <span className={styles["support"]} title={`p = ${figure(support.p_value, 2)}, adjusted for all that was tested q = ${figure(support.q_value, 2)}`}>
      {count(support.elite_matching)} of {count(support.elite_size)} fittest <span className="dim">· {percent(everybody)} of all</span>
    </span>
  );
}
