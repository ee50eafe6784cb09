import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { Permissions } from "@/api/access";
import { airflowRun } from "@/api/address";
import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { useConfirm } from "@/components/confirm/ConfirmProvider";
import { ActionButton } from "@/components/control/ActionButton";
import { Card } from "@/components/layout/Card";
import { Effect, scaleOf } from "@/components/pattern/Effect";
import { PatternBadge, PatternText, SupportText } from "@/components/pattern/PatternCells";
import { Answer } from "@/components/state/Answer";
import { EmptyState } from "@/components/state/states";
import { Table } from "@/components/table/Table";
import { AirflowLink } from "@/components/text/AirflowLink";
import { useToasts } from "@/components/toast/ToastProvider";
import { plural } from "@/format/number";
import { isOpen } from "@/trials/progress";

import styles from "./trial.module.css";

type Pattern = Model<"Pattern">;

/** Patterns found in the trial, what each is worth, and what became of it. */
export function Patterns({ trial, access }: { trial: Model<"WorkflowDetail">; access: Permissions }) {
  const query = useQuery({
    queryKey: [...keys.trial(trial.id), "patterns"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/trials/{workflow_id}/patterns", { params: { path: { workflow_id: trial.id }, query: { limit: 200 } }, signal })),
    enabled: Boolean(trial.trial_id),
    staleTime: 10_000,
    retry: false,
  });
  const policy = (trial.configuration as Record<string, unknown> | undefined)?.["pattern_policy"];
  return (
    <>
      {trial.approval === "asked" && trial.dag_id && trial.run_id && (
        <p className={styles["note"]}>
          Patterns wait for somebody&apos;s approval.{" "}
          <AirflowLink href={`${airflowRun(trial.dag_id, trial.run_id)}/required_actions`}>Answer in Airflow</AirflowLink>
        </p>
      )}
      {!trial.trial_id ? (
        <EmptyState title="No pattern yet">The trial has not started.</EmptyState>
      ) : (
        <Answer query={query} what="the patterns">
          {({ patterns }) =>
            patterns.length > 0 ? (
              <PatternTable trial={trial} access={access} patterns={patterns} />
            ) : (
              <EmptyState title="No pattern">
                {policy === "off"
                  ? "The trial's pattern policy is off."
                  : isOpen(trial)
                    ? "Patterns are looked for when the trial has ended."
                    : "Nothing stood out among the fittest agents."}
              </EmptyState>
            )
          }
        </Answer>
      )}
    </>
  );
}

function PatternTable({ trial, access, patterns }: { trial: Model<"WorkflowDetail">; access: Permissions; patterns: Pattern[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const confirm = useConfirm();
  const toasts = useToasts();
  const scale = scaleOf(patterns);
  const became = new Map((trial.patterns ?? []).map((pattern) => [pattern.pattern_id, pattern.status]));
  const may = access.may("apply");
  const permission = may.allowed && chosen.size === 0 ? { allowed: false, reason: "choose a pattern first" } : may;

  async function apply() {
    const ids = [...chosen];
    const sure = await confirm({
      title: `Apply ${plural(ids.length, "pattern")}?`,
      body: "They are imposed on copies of the final population, which are then evaluated. The trial's outcome and digest stay as they are; tokens are used.",
      act: "Apply",
    });
    if (!sure) return;
    setBusy(true);
    try {
      await ask(api.POST("/api/v1/trials/{workflow_id}/patterns", { params: { path: { workflow_id: trial.id } }, body: { pattern_ids: ids } }));
      toasts.done("Asked to apply. The events tell what came of it.");
      setChosen(new Set());
    } catch (error) {
      toasts.failed("The patterns were not applied", error);
    } finally {
      setBusy(false);
    }
  }

  function choose(id: string) {
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }

  return (
    <>
      <p className={styles["again"]}>
        <ActionButton permission={permission} busy={busy} onAct={() => void apply()}>
          Apply {chosen.size > 0 ? chosen.size : ""}
        </ActionButton>
      </p>
      <Card flush>
        <Table
          caption="Patterns of this trial"
          rows={patterns}
          rowKey={(pattern) => pattern.pattern_id}
          columns={[
            {
              title: "Choose",
              cell: (pattern) => (
                <input
                  type="checkbox"
                  aria-label={`Choose ${pattern.description || pattern.pattern_id}`}
                  disabled={pattern.status === "quarantined"}
                  checked={chosen.has(pattern.pattern_id)}
                  onChange={() => choose(pattern.pattern_id)}
                />
              ),
            },
            { title: "Pattern", cell: (pattern) => <PatternText pattern={pattern} /> },
            { title: "Support", cell: (pattern) => <SupportText support={pattern.support} /> },
            { title: "Effect on fitness (95 %)", cell: (pattern) => <Effect effect={pattern.effectiveness} scale={scale} /> },
            { title: "State", cell: (pattern) => <PatternBadge status={stateOf(pattern, became.get(pattern.pattern_id))} /> },
          ]}
        />
      </Card>
    </>
  );
}

/** The registry's word, unless the trial's record says that more came of it. */
function stateOf(pattern: Pattern, recorded: string | undefined): string {
  if (pattern.status === "quarantined" || !recorded || recorded === "discovered") return pattern.status ?? "discovered";
  return recorded;
}
