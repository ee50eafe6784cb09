import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useEffect, useRef } from "react";

import { Badge } from "@/components/text/Badge";
import { Bar } from "@/components/text/Bar";
import { trialTone } from "@/components/text/tone";
import { When } from "@/components/text/When";
import { TrialLink } from "@/components/trial/TrialTable";
import { compact, count, figure, fixed, percent } from "@/format/number";
import type { Listing, Sort, Trial } from "@/trials/list";
import { progressOf } from "@/trials/progress";

import { TITLES } from "./columns";
import styles from "./trials.module.css";

interface Props {
  trials: Trial[];
  more: boolean;
  loading: boolean;
  onMore: () => void;
  listing: Listing;
  onSort: (by: Sort) => void;
  onLabel: (label: string) => void;
  chosen: ReadonlySet<string>;
  onChoose: (id: string) => void;
}

const ROW = 58;
/** The head stays in sight above the rows. */
const HEAD = 36;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 60;

/** Trials, as many as there are: only the rows in sight exist. */
export function TrialGrid({ trials, more, loading, onMore, listing, onSort, onLabel, chosen, onChoose }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  // A new function would have the places of all rows reckoned anew, at every step of scrolling.
  const keyOf = useCallback((index: number) => trials[index]?.id ?? index, [trials]);
  const rows = useVirtualizer({
    count: trials.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    scrollPaddingStart: HEAD,
    overscan: 12,
    getItemKey: keyOf,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= trials.length - AHEAD) onMore();
  }, [more, loading, last, trials.length, onMore]);

  const heading = (by: Sort, right = false) => (
    <span role="columnheader" aria-sort={listing.sort === by ? (listing.descending ? "descending" : "ascending") : "none"} className={right ? styles["right"] : undefined}>
      <button type="button" onClick={() => onSort(by)}>
        {TITLES[by]}
        <span aria-hidden="true">{listing.sort === by ? (listing.descending ? " ↓" : " ↑") : ""}</span>
      </button>
    </span>
  );

  return (
    <div ref={scroller} role="region" aria-label="Rows" tabIndex={0} className={styles["table"]}>
      <div role="table" aria-label="Trials" aria-rowcount={more ? -1 : trials.length + 1}>
      <div role="row" aria-rowindex={1} className={`${styles["row"]} ${styles["head"]}`}>
        <span role="columnheader">
          <span className="visually-hidden">Chosen to compare</span>
        </span>
        {heading("name")}
        <span role="columnheader">Status</span>
        {heading("generation")}
        {heading("best_fitness", true)}
        {heading("diversity", true)}
        {heading("tokens_used", true)}
        {heading("created_at", true)}
      </div>
        <div style={{ height: rows.getTotalSize(), position: "relative" }} role="rowgroup">
          {shown.map((item) => {
            const trial = trials[item.index];
            return (
              trial && (
                <div
                  key={item.key}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={styles["row"]}
                  style={{ position: "absolute", insetInline: 0, height: ROW, transform: `translateY(${item.start}px)` }}
                >
                  <TrialRow trial={trial} chosen={chosen.has(trial.id)} onChoose={onChoose} onLabel={onLabel} />
                </div>
              )
            );
          })}
        </div>
        {loading && (
          <p role="status" className={`dim ${styles["loading"]}`}>
            Loading more…
          </p>
        )}
      </div>
    </div>
  );
}

const TrialRow = memo(function TrialRow({ trial, chosen, onChoose, onLabel }: { trial: Trial; chosen: boolean; onChoose: (id: string) => void; onLabel: (label: string) => void }) {
  const progress = progressOf(trial);
  const name = trial.name || trial.id.slice(0, 8);
  const used = trial.tokens_used ?? 0;
  return (
    <>
      <span role="cell">
        <label className={styles["choose"]}>
          <input type="checkbox" checked={chosen} onChange={() => onChoose(trial.id)} />
          <span className="visually-hidden">Compare {name}</span>
        </label>
      </span>
      <span role="cell" className={styles["name"]}>
        <span className={styles["line"]}>
          <TrialLink trial={trial} />
          {Object.entries(trial.labels ?? {})
            .slice(0, 3)
            .map(([key, value]) => (
              <button key={key} type="button" className={styles["label"]} title={`Only trials with ${key}=${value}`} onClick={() => onLabel(`${key}=${value}`)}>
                {key}={value}
              </button>
            ))}
        </span>
        <span className={`dim ${styles["line"]}`}>
          {trial.objective ?? trial.dag_id}
          {trial.owner ? ` · ${trial.owner}` : ""}
          {trial.parent_id ? " · fork" : ""}
        </span>
      </span>
      <span role="cell" className={styles["status"]}>
        <Badge tone={trialTone(trial.status)}>{trial.status}</Badge>
        {trial.error && (
          <span className={`dim ${styles["line"]}`} title={trial.error}>
            {trial.error}
          </span>
        )}
      </span>
      <span role="cell" className={styles["progress"]}>
        <span>
          {(trial.generation ?? -1) < 0 ? "–" : count(trial.generation)}
          <span className="dim">{trial.generations ? ` of ${count(trial.generations)}` : ""}</span>
        </span>
        {progress !== null && <Bar value={progress} label={`Generations of ${name}`} text={percent(progress)} />}
      </span>
      <span role="cell" className={styles["right"]} data-label="best ">
        {figure(trial.best_fitness)}
      </span>
      <span role="cell" className={`${styles["right"]} ${styles["wide"]}`}>
        {fixed(trial.diversity, 2)}
      </span>
      <span role="cell" className={`${styles["right"]} ${styles["wide"]}`} title={count(used)}>
        {compact(used)}
        {trial.token_budget ? <span className="dim"> of {compact(trial.token_budget)}</span> : null}
      </span>
      <span role="cell" className={styles["right"]}>
        <When at={trial.created_at} />
      </span>
    </>
  );
});
