import { useId, useState } from "react";
import { useNavigate } from "react-router";

import { ask, api, type Model } from "@/api/client";
import { useRequestKey } from "@/api/request-key";
import { Dialog } from "@/components/confirm/Dialog";
import { ActionButton } from "@/components/control/ActionButton";
import { Button } from "@/components/control/Button";
import { SelectField, TextField } from "@/components/control/Field";
import { SettingField } from "@/components/form/SettingField";
import { fieldsOf } from "@/components/form/fields";
import { useCheck } from "@/components/form/useCheck";
import { ProblemView } from "@/components/state/ProblemView";
import { Loading } from "@/components/state/states";
import { useToasts } from "@/components/toast/ToastProvider";
import { count } from "@/format/number";
import { useTrialForm } from "@/trials/queries";

import styles from "./trial.module.css";

/** What a fork shares with its parent and may not change. */
const SHARED = new Set(["objective", "objective_parameters", "population_size", "pattern_seeds", "pattern_seed_share"]);

/** A new trial from a generation of this one, with some of its settings changed. */
export function ForkDialog({ trial, onClose }: { trial: Model<"WorkflowDetail">; onClose: () => void }) {
  const form = useTrialForm();
  const toasts = useToasts();
  const navigate = useNavigate();
  const rule = useId();
  const last = trial.generation ?? 0;
  const [text, setText] = useState(String(last));
  const [config, setConfig] = useState<Record<string, unknown>>({});
  const [names, setNames] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const key = useRequestKey(JSON.stringify([text, config]));
  const generation = /^\d+$/.test(text.trim()) ? Number(text) : null;
  const fine = generation !== null && generation <= last;
  const check = useCheck({ parent_id: trial.id, generation: fine ? generation : last, config }, fine);
  const fields = form.data ? fieldsOf(form.data).filter((field) => !SHARED.has(field.name)) : [];
  const parent = (trial.configuration ?? {}) as Record<string, unknown>;
  const problems = check.data?.problems ?? [];
  const loose = problems.filter((problem) => !names.includes(problem.field.split(".")[0] ?? ""));

  async function fork() {
    setBusy(true);
    setError(null);
    try {
      const { workflow } = await ask(
        api.POST("/api/v1/trials/{workflow_id}/forks", {
          params: { path: { workflow_id: trial.id }, header: { "idempotency-key": key } },
          body: { generation, config: config as Record<string, never> },
        }),
      );
      toasts.done("The fork was asked for: this is it.");
      onClose();
      await navigate(`/trials/${workflow.id}`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  const permission = !fine
    ? { allowed: false, reason: `choose a generation from 0 to ${count(last)}` }
    : check.data && !check.data.valid
      ? { allowed: false, reason: "something is wrong with the settings" }
      : { allowed: true };
  return (
    <Dialog
      title={`Fork ${trial.name || trial.id.slice(0, 8)}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Go back</Button>
          <ActionButton look="primary" permission={permission} busy={busy} onAct={() => void fork()}>
            Fork
          </ActionButton>
        </>
      }
    >
      <p className="dim">A new trial shares the generations up to the one you choose, history and digest included, and goes on by itself from there.</p>
      <TextField
        label={`Last generation shared (0 to ${count(last)})`}
        type="number"
        inputMode="numeric"
        min={0}
        max={last}
        value={text}
        autoFocus
        aria-invalid={!fine}
        aria-describedby={fine ? undefined : rule}
        onChange={(event) => setText(event.target.value)}
      />
      {!fine && (
        <p id={rule} className={styles["bad"]}>
          must be a whole number from 0 to {count(last)}
        </p>
      )}
      {form.isPending ? (
        <Loading what="the settings" lines={2} />
      ) : (
        <>
          {names.map((name) => {
            const field = fields.find((one) => one.name === name);
            return (
              field && (
                <div key={name} className={styles["change"]}>
                  <SettingField
                    field={field}
                    value={config[name]}
                    effective={parent[name]}
                    origin="the parent"
                    problems={problems.filter((problem) => problem.field.split(".")[0] === name)}
                    onChange={(value) => setConfig((before) => without(before, name, value))}
                  />
                  <Button
                    aria-label={`Leave ${field.title} as it is`}
                    onClick={() => {
                      setNames((before) => before.filter((one) => one !== name));
                      setConfig((before) => without(before, name, undefined));
                    }}
                  >
                    ✕
                  </Button>
                </div>
              )
            );
          })}
          <SelectField
            label="Change a setting"
            value=""
            onChange={(event) => {
              const name = event.target.value;
              if (name) setNames((before) => [...before, name]);
            }}
          >
            <option value="">choose…</option>
            {fields
              .filter((field) => !names.includes(field.name))
              .map((field) => (
                <option key={field.name} value={field.name}>
                  {field.title}
                </option>
              ))}
          </SelectField>
        </>
      )}
      {loose.length > 0 && (
        <ul role="alert" className={styles["bad"]}>
          {loose.map((problem) => (
            <li key={`${problem.field}${problem.rule}`}>
              {problem.field}: {problem.rule}. {problem.suggestion}
            </li>
          ))}
        </ul>
      )}
      {error !== null && <ProblemView error={error} />}
    </Dialog>
  );
}

/** `config` with a setting changed, or left as it is below when there is no value. */
function without(config: Record<string, unknown>, name: string, value: unknown): Record<string, unknown> {
  const { [name]: _, ...rest } = config;
  return value === undefined ? rest : { ...rest, [name]: value };
}
