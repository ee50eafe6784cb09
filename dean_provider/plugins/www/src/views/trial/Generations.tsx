import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";

import { EmptyState } from "@/components/state/states";
import { count, fixed } from "@/format/number";
import { duration } from "@/format/time";
import type { Metric } from "@/trials/metric";
import type { Series } from "@/trials/series";

import styles from "./trial.module.css";

const ROW = 36;
const HEAD = ["Generation", "Best", "Mean", "Worst", "Diversity", "Tokens", "Evaluations", "Running time", "Best agent"];

/** Every generation's figures, the newest first. */
export function Generations({ series, metric, onAgent }: { series: Series; metric: Metric; onAgent: (id: string) => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { points } = series;
  const rows = useVirtualizer({ count: points.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 10 });
  if (points.length === 0) return <EmptyState title="No generation yet" />;
  return (
    <>
      {series.sampled && (
        <p className="dim">
          {count(points.length)} of {count(series.generations)} generations, evenly spread. The API has them all.
        </p>
      )}
      <div className={styles["grid"]}>
        <div role="table" aria-label="Generations, the newest first" aria-rowcount={points.length + 1}>
          <div role="row" aria-rowindex={1} className={`${styles["gridrow"]} ${styles["gridhead"]}`}>
            {HEAD.map((title) => (
              <span key={title} role="columnheader">
                {title}
              </span>
            ))}
          </div>
          <div ref={scroller} role="rowgroup" tabIndex={0} aria-label="Rows" className={styles["gridbody"]}>
            <div role="presentation" style={{ height: rows.getTotalSize(), position: "relative" }}>
              {rows.getVirtualItems().map((item) => {
                const point = points[points.length - 1 - item.index];
                return (
                  point && (
                    <div
                      key={point.generation}
                      role="row"
                      aria-rowindex={item.index + 2}
                      className={styles["gridrow"]}
                      style={{ position: "absolute", insetInline: 0, height: ROW, transform: `translateY(${item.start}px)` }}
                    >
                      <span role="cell">
                        {count(point.generation)}
                        {point.intervened && (
                          <span className={styles["mark"]} title="Mutations were injected because diversity had fallen too low">
                            {" "}
                            intervened
                          </span>
                        )}
                      </span>
                      <span role="cell">{metric.fitness(point.best_fitness)}</span>
                      <span role="cell">{metric.fitness(point.mean_fitness)}</span>
                      <span role="cell">{metric.fitness(point.worst_fitness)}</span>
                      <span role="cell">{fixed(point.diversity, 3)}</span>
                      <span role="cell">{count(point.tokens_used)}</span>
                      <span role="cell">
                        {count(point.evaluations)}
                        {point.retries ? <span className="dim"> +{count(point.retries)} repeated</span> : null}
                      </span>
                      <span role="cell">{duration(point.elapsed_seconds)}</span>
                      <span role="cell">
                        <button type="button" className={styles["link"]} title={`Lineage of ${point.best_agent_id}`} onClick={() => onAgent(point.best_agent_id)}>
                          {point.best_agent_id.split(/[:/]/).slice(-2).join(":")}
                        </button>
                      </span>
                    </div>
                  )
                );
              })}
            </div>
          </div>
        </div>
      </div>
    </>
  );
}
