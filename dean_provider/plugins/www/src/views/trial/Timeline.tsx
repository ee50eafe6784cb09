import type { Model } from "@/api/client";
import { Button } from "@/components/control/Button";
import { Answer } from "@/components/state/Answer";
import { count } from "@/format/number";
import { exactly, moment } from "@/format/time";
import { useNow } from "@/format/useNow";
import type { Metric } from "@/trials/metric";
import { gathered, narratedTogether } from "@/trials/narrative";
import { isOpen } from "@/trials/progress";
import type { Point } from "@/trials/series";
import { useEvents, type TrialEvent } from "@/trials/useEvents";

import styles from "./trial.module.css";

/** What happened to the trial, the newest first; its generations are one line that moves. */
export function Timeline({ trial, metric, last }: { trial: Model<"WorkflowDetail">; metric: Metric; last: Point | undefined }) {
  const query = useEvents(trial.id);
  const now = useNow();
  return (
    <Answer query={query} what="the events" lines={6}>
      {({ pages }) => (
        <>
          <ol className={styles["timeline"]} tabIndex={0} aria-label="Events, the newest first">
            {last && isOpen(trial) && (
              <li key="generation">
                <time dateTime={last.completed_at} title={exactly(last.completed_at)}>
                  {moment(last.completed_at, now)}
                </time>
                <div>
                  <strong>Generation {count(last.generation)} completed</strong>
                  <span className="dim">best {metric.fitness(last.best_fitness)}</span>
                </div>
              </li>
            )}
            {gathered(pages.flatMap((page) => page.events)).map((events) => {
              const event = events[0] as TrialEvent;
              const said = narratedTogether(events, metric);
              const who = event.actor?.kind === "user" ? `by ${event.actor.name}` : "";
              return (
                // By the oldest: the others join it as they come.
                <li key={(events.at(-1) ?? event).sequence}>
                  <time dateTime={event.timestamp} title={exactly(event.timestamp)}>
                    {moment(event.timestamp, now)}
                  </time>
                  <div>
                    <strong className={said.bad ? styles["bad"] : undefined}>{said.title}</strong>
                    <span className="dim">{[said.text, who].filter(Boolean).join(" · ")}</span>
                  </div>
                </li>
              );
            })}
          </ol>
          {query.hasNextPage && (
            <Button onClick={() => void query.fetchNextPage()} aria-busy={query.isFetchingNextPage}>
              Earlier events
            </Button>
          )}
        </>
      )}
    </Answer>
  );
}
