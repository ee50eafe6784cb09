import type { UseQueryResult } from "@tanstack/react-query";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { ruleWords } from "@/components/alert/words";
import { Button } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { EmptyState } from "@/components/state/states";
import { Table, type Column } from "@/components/table/Table";
import { Badge } from "@/components/text/Badge";
import { severityTone, type Tone } from "@/components/text/tone";
import { When } from "@/components/text/When";
import { count, figure, plural } from "@/format/number";
import { usePolling } from "@/live/LiveProvider";

import styles from "./alerts.module.css";

type Rule = Model<"RuleState">;

const STATES: Record<Rule["state"], Tone> = { quiet: "good", pending: "warn", firing: "bad", "no data": "neutral" };

const COLUMNS: Column<Rule>[] = [
  { title: "Rule", cell: (rule) => ruleWords(rule.name) },
  { title: "Severity", cell: (rule) => <Badge tone={severityTone(rule.severity)}>{rule.severity}</Badge> },
  { title: "Now", cell: (rule) => <Now rule={rule} /> },
  { title: "Looks for", cell: (rule) => <Looks rule={rule} /> },
  { title: "From", cell: (rule) => (rule.origin === "default" ? "this package" : "your file") },
];

function Now({ rule }: { rule: Rule }) {
  if (rule.enabled === false) return <span className="dim">switched off</span>;
  return (
    <span>
      <Badge tone={STATES[rule.state]}>{rule.state}</Badge> {rule.value != null && figure(rule.value)}
      {rule.since && (
        <span className="dim">
          {" "}
          since <When at={rule.since} form="moment" />
        </span>
      )}
    </span>
  );
}

function Looks({ rule }: { rule: Rule }) {
  return (
    <span>
      {rule.summary} <span className="dim">({rule.condition})</span>
    </span>
  );
}

/** Every rule, and what it sees now. */
export function useRules(): UseQueryResult<Model<"RuleList">> {
  return useQuery({
    queryKey: [...keys.alerts, "rules"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/alerts/rules", { signal })),
    refetchInterval: usePolling(15_000, 30_000),
  });
}

const GRAVEST: Rule["state"][] = ["firing", "pending", "quiet", "no data"];

/** Whether a rule sees something, or is not the package's own: what somebody who looks here is after. */
function told(rule: Rule): boolean {
  return rule.state === "firing" || rule.state === "pending" || rule.origin !== "default";
}

export function Rules({ query }: { query: UseQueryResult<Model<"RuleList">> }) {
  const [all, setAll] = useState(false);
  return (
    <Section title="Rules">
      <Answer query={query} what="the rules">
        {({ rules, problems }) => {
          const sorted = [...rules].sort((left, right) => GRAVEST.indexOf(left.state) - GRAVEST.indexOf(right.state));
          const shown = all ? sorted : sorted.filter(told);
          const others = rules.length - rules.filter(told).length;
          return (
            <div className={styles["view"]} style={{ gap: 12 }}>
              {(problems ?? []).map((problem) => (
                <Card key={problem} role="alert">
                  <b>The rule file is not as it should be; the rules before it hold on.</b>
                  <div>{problem}</div>
                </Card>
              ))}
              {rules.length === 0 && <EmptyState title="There is no rule" />}
              {shown.length > 0 && (
                <Card flush>
                  <Table caption="Rules" columns={COLUMNS} rows={shown} rowKey={(rule) => rule.name} />
                </Card>
              )}
              {others > 0 && (
                <p className={styles["others"]}>
                  {!all && <span className="dim">{plural(others, "rule of this package sees", "rules of this package see")} nothing wrong.</span>}
                  <Button aria-expanded={all} onClick={() => setAll(!all)}>
                    {all ? "Show only those that see something" : `Show all ${count(rules.length)}`}
                  </Button>
                </p>
              )}
            </div>
          );
        }}
      </Answer>
    </Section>
  );
}
