import { useState } from "react";
import { Link } from "react-router";

import type { Model } from "@/api/client";
import { Code } from "@/components/code/Code";
import { buttonClass } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { EmptyState } from "@/components/state/states";
import { airflowCommand } from "@/trials/commands";
import { useTrialForm } from "@/trials/queries";
import { shown } from "@/trials/shown";

import styles from "./trial.module.css";

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** What the trial runs with, and how to run it again. */
export function Configuration({ trial }: { trial: Model<"WorkflowDetail"> }) {
  const { data: form } = useTrialForm();
  const [onlyChanged, setOnlyChanged] = useState(false);
  const configuration = (trial.configuration ?? {}) as Record<string, unknown>;
  const fields = Object.keys(configuration);
  if (fields.length === 0) return <EmptyState title="No configuration yet">It is recorded when the trial&apos;s first task has checked it.</EmptyState>;
  const properties = (form?.json_schema["properties"] ?? {}) as Record<string, { title?: string; description?: string; default?: unknown }>;
  const given = Object.fromEntries(fields.filter((name) => !same(configuration[name], properties[name]?.default ?? null)).map((name) => [name, configuration[name]]));
  const sections = form?.sections ?? [{ title: "Settings", fields }];
  return (
    <div className={styles["configuration"]}>
      <div>
        <label className={styles["check"]}>
          <input type="checkbox" checked={onlyChanged} onChange={(event) => setOnlyChanged(event.target.checked)} /> Only what differs from the defaults in code
        </label>
        {sections.map((section) => {
          const names = section.fields.filter((name) => name in configuration && (!onlyChanged || name in given));
          return names.length === 0 ? null : (
            <Card key={section.title} className={styles["settings"]}>
              <h3>{section.title}</h3>
              <dl>
                {names.map((name) => (
                  <div key={name}>
                    <dt title={properties[name]?.description}>{properties[name]?.title ?? name}</dt>
                    <dd className={name in given ? styles["own"] : undefined}>{shown(configuration[name])}</dd>
                  </div>
                ))}
              </dl>
            </Card>
          );
        })}
      </div>
      <div>
        <p className={styles["again"]}>
          <Link className={buttonClass()} to={`/new?from=${trial.id}`}>
            New trial with these settings
          </Link>
        </p>
        <p className="dim">The same trial from a shell:</p>
        <Code label="command" text={airflowCommand(trial.dag_id ?? "dean_evolution_trial", given)} />
        {Object.keys(trial.labels ?? {}).length > 0 && (
          <p className="dim">
            Labels: {Object.entries(trial.labels ?? {}).map(([key, value]) => <Link key={key} to={`/trials?label=${encodeURIComponent(`${key}=${value}`)}`}>{`${key}=${value} `}</Link>)}
          </p>
        )}
      </div>
    </div>
  );
}
