import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { measured, ruleWords, type Incident } from "@/components/alert/words";
import { Button } from "@/components/control/Button";
import { SelectField } from "@/components/control/Field";
import { Card } from "@/components/layout/Card";
import { Section } from "@/components/layout/Section";
import { ProblemView } from "@/components/state/ProblemView";
import { EmptyState, Loading } from "@/components/state/states";
import { Table, type Column } from "@/components/table/Table";
import { Badge } from "@/components/text/Badge";
import { severityTone } from "@/components/text/tone";
import { When } from "@/components/text/When";
import { between } from "@/format/time";
import { usePolling } from "@/live/LiveProvider";

import styles from "./alerts.module.css";

const PAGE = 50;
const COLUMNS: Column<Incident>[] = [
  { title: "Rule", cell: (incident) => ruleWords(incident.rule) },
  { title: "Severity", cell: (incident) => <Badge tone={severityTone(incident.severity)}>{incident.severity}</Badge> },
  { title: "What", cell: (incident) => <What incident={incident} /> },
  { title: "Began", cell: (incident) => <When at={incident.raised_at} form="moment" /> },
  { title: "Lasted", cell: (incident) => between(incident.raised_at, incident.resolved_at), right: true },
  { title: "Seen to by", cell: (incident) => incident.acknowledged_by ?? <span className="dim">nobody</span> },
];

function What({ incident }: { incident: Incident }) {
  const figures = measured(incident);
  return (
    <span>
      {incident.message}
      {figures && <span className="dim"> ({figures})</span>}
      {incident.workflow_id && (
        <>
          {" "}
          <Link to={`/trials/${incident.workflow_id}`}>the trial</Link>
        </>
      )}
    </span>
  );
}

/** Incidents that are resolved, newest first. */
export function History({ rules }: { rules: string[] }) {
  const [severity, setSeverity] = useState<"" | "info" | "warning" | "critical">("");
  const [rule, setRule] = useState("");
  const refetchInterval = usePolling(30_000);
  const query = useInfiniteQuery({
    queryKey: [...keys.alerts, "history", severity, rule],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/v1/alerts", {
          params: { query: { open: false, severity: severity || undefined, rule: rule || undefined, limit: PAGE, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval,
  });
  const incidents = query.data?.pages.flatMap((page) => page.incidents);
  return (
    <Section title="History">
      <div className={styles["view"]} style={{ gap: 12 }}>
        <div className={styles["filters"]}>
          <SelectField label="Severity" value={severity} onChange={(event) => setSeverity(event.target.value as typeof severity)}>
            <option value="">any</option>
            <option value="critical">critical</option>
            <option value="warning">warning</option>
            <option value="info">info</option>
          </SelectField>
          <SelectField label="Rule" value={rule} onChange={(event) => setRule(event.target.value)}>
            <option value="">any</option>
            {rules.map((name) => (
              <option key={name} value={name}>
                {ruleWords(name)}
              </option>
            ))}
          </SelectField>
        </div>
        {query.error && <ProblemView error={query.error} onRetry={() => void query.refetch()} />}
        {!incidents && !query.error && <Loading what="the history" />}
        {incidents && (
          <Card flush>
            {incidents.length ? (
              <Table caption="Resolved incidents, newest first" columns={COLUMNS} rows={incidents} rowKey={(incident) => incident.incident_id} />
            ) : (
              <EmptyState title={severity || rule ? "Nothing like that is in the history" : "Nothing has been resolved yet"} />
            )}
            {query.hasNextPage && (
              <div className={styles["more"]}>
                <Button onClick={() => void query.fetchNextPage()} aria-busy={query.isFetchingNextPage}>
                  Show older ones
                </Button>
              </div>
            )}
          </Card>
        )}
      </div>
    </Section>
  );
}
