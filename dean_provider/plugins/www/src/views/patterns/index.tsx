import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { Button } from "@/components/control/Button";
import { SelectField } from "@/components/control/Field";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Effect, scaleOf } from "@/components/pattern/Effect";
import { PatternBadge, PatternText, SupportText } from "@/components/pattern/PatternCells";
import { Answer } from "@/components/state/Answer";
import { EmptyState } from "@/components/state/states";
import { Table } from "@/components/table/Table";
import { When } from "@/components/text/When";
import { count } from "@/format/number";
import { usePolling } from "@/live/LiveProvider";
import { changed } from "@/trials/list";
import { useTrialForm } from "@/trials/queries";

import { ApplyDialog } from "./ApplyDialog";
import styles from "./patterns.module.css";

type Pattern = Model<"Pattern">;

const PAGE = 100;
const STATUSES = ["discovered", "accepted", "refused", "quarantined"] as const;

/** Every pattern in the Evolution API's registry. */
export default function Patterns() {
  const [query, setQuery] = useSearchParams();
  const objective = query.get("objective") ?? "";
  const status = STATUSES.find((one) => one === query.get("status"));
  const [applying, setApplying] = useState<Pattern | null>(null);
  const { data: form } = useTrialForm();
  const asked = useInfiniteQuery({
    queryKey: [...keys.patterns, objective, status],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(api.GET("/api/v1/patterns", { params: { query: { objective: objective || undefined, status, limit: PAGE, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: usePolling(15_000, 60_000),
  });
  const objectives = new Set([...(form?.objectives?.map((one) => one.name) ?? []), ...(objective ? [objective] : [])]);
  const change = (values: Record<string, string>) => setQuery((now) => changed(now, values), { replace: true });
  return (
    <>
      <PageHeader title="Patterns" />
      <div role="search" className={styles["filters"]}>
        <SelectField label="Objective" value={objective} onChange={(event) => change({ objective: event.target.value })}>
          <option value="">any</option>
          {[...objectives].sort().map((name) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
        <SelectField label="State" value={status ?? ""} onChange={(event) => change({ status: event.target.value })}>
          <option value="">any</option>
          {STATUSES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </SelectField>
      </div>
      <Answer query={asked} what="the patterns" lines={8}>
        {({ pages }) => {
          const patterns = pages.flatMap((page) => page.patterns);
          return patterns.length > 0 ? (
            <>
              <Card flush>
                <PatternTable patterns={patterns} onApply={setApplying} />
              </Card>
              {asked.hasNextPage && (
                <p className={styles["more"]}>
                  <Button onClick={() => void asked.fetchNextPage()} aria-busy={asked.isFetchingNextPage}>
                    More patterns
                  </Button>
                </p>
              )}
            </>
          ) : objective || status ? (
            <EmptyState title="No pattern is like that" action={<Button onClick={() => setQuery({}, { replace: true })}>Show all patterns</Button>} />
          ) : (
            <EmptyState title="No pattern yet">
              Patterns are what the fittest agents of a trial have in common. They are looked for when a trial ends, and measured before they are used.
            </EmptyState>
          );
        }}
      </Answer>
      {applying && <ApplyDialog pattern={applying} onClose={() => setApplying(null)} />}
    </>
  );
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function PatternTable({ patterns, onApply }: { patterns: Pattern[]; onApply: (pattern: Pattern) => void }) {
  const scale = scaleOf(patterns);
  return (
    <Table
      caption="Patterns, the newest first"
      rows={patterns}
      rowKey={(pattern) => pattern.pattern_id}
      columns={[
        { title: "Pattern", cell: (pattern) => <PatternText pattern={pattern} /> },
        { title: "State", cell: (pattern) => <PatternBadge status={pattern.status ?? "discovered"} /> },
        { title: "Support", cell: (pattern) => <SupportText support={pattern.support} /> },
        { title: "Effect on fitness (95 %)", cell: (pattern) => <Effect effect={pattern.effectiveness} scale={scale} /> },
        { title: "Found", cell: (pattern) => <Found pattern={pattern} /> },
        {
          title: "Use",
          cell: (pattern) =>
            pattern.status === "quarantined" ? (
              <span className="dim">may not be applied</span>
            ) : (
              <Button aria-label={`Apply ${pattern.description || pattern.pattern_id}`} onClick={() => onApply(pattern)}>
                Apply…
              </Button>
            ),
        },
      ]}
    />
  );
}

/** Where and when. A trial of this installation goes by the same id here as with the Evolution API. */
function Found({ pattern }: { pattern: Pattern }) {
  const trial = pattern.trial_id;
  return (
    <span className={styles["found"]}>
      {trial && UUID.test(trial) ? <Link to={`/trials/${trial}`}>{pattern.objective ?? "its trial"}</Link> : (pattern.objective ?? "elsewhere")}
      <span className="dim">
        {pattern.generation !== null && pattern.generation !== undefined && `generation ${count(pattern.generation)} · `}
        <When at={pattern.discovered_at} />
      </span>
    </span>
  );
}
