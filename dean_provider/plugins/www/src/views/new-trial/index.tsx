import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type FormEvent } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";

import { gateway } from "@/api/address";
import { ask, api, type Model } from "@/api/client";
import { asProblem } from "@/api/problem";
import { useRequestKey } from "@/api/request-key";
import { Code } from "@/components/code/Code";
import { ActionButton } from "@/components/control/ActionButton";
import { Button } from "@/components/control/Button";
import { SelectField, TextField } from "@/components/control/Field";
import { fieldsOf, type FieldProblem } from "@/components/form/fields";
import { SettingField } from "@/components/form/SettingField";
import { useCheck } from "@/components/form/useCheck";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { ProblemView } from "@/components/state/ProblemView";
import { EmptyState, Loading } from "@/components/state/states";
import { Tabs } from "@/components/tabs/Tabs";
import { useToasts } from "@/components/toast/ToastProvider";
import { count } from "@/format/number";
import { airflowCommand, curlCommand, deanCommand, pythonCode } from "@/trials/commands";
import { useTrial, useTrialForm } from "@/trials/queries";

import styles from "./new-trial.module.css";
import { Parameters } from "./Parameters";
import { SchemaCheck } from "./validation";

type Form = Model<"TrialForm">;
type Config = Record<string, unknown>;

/** A form made from the schema of a trial's settings. */
export default function NewTrial() {
  const form = useTrialForm();
  const [query] = useSearchParams();
  const from = query.get("from");
  return (
    <>
      <PageHeader title="New trial" />
      <Answer query={form} what="the form" lines={10}>
        {(data) =>
          data.dags.length === 0 ? (
            <EmptyState title="There is no DAG to start a trial with">
              Airflow knows none of the packaged DAGs yet. <code>dean_provider.bundle.DeanDagBundle</code> serves them; a DAG of your own with the tag
              dean will do as well.
            </EmptyState>
          ) : from ? (
            <TakenOver form={data} from={from} />
          ) : (
            <Filled form={data} initial={{}} dagId={null} />
          )
        }
      </Answer>
    </>
  );
}

/** The form with what another trial had that is not so by itself. */
function TakenOver({ form, from }: { form: Form; from: string }) {
  const query = useTrial(from);
  if (query.isPending) return <Loading what="the other trial's settings" />;
  const configuration = (query.data?.configuration ?? {}) as Config;
  const initial = Object.fromEntries(Object.entries(configuration).filter(([name, value]) => name in form.values && !same(value, form.values[name])));
  return (
    <>
      {query.error ? (
        <ProblemView error={query.error} />
      ) : (
        <p className={styles["note"]}>
          With the settings of <Link to={`/trials/${from}`}>{query.data?.name || from.slice(0, 8)}</Link>, its seed included.
        </p>
      )}
      <Filled key={from} form={form} initial={initial} dagId={query.data?.dag_id ?? null} />
    </>
  );
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function Filled({ form, initial, dagId }: { form: Form; initial: Config; dagId: string | null }) {
  const [config, setConfig] = useState<Config>(initial);
  const [chosen, setChosen] = useState(() => form.dags.find((dag) => dag.dag_id === dagId)?.dag_id ?? form.dags.find((dag) => dag.allowed)?.dag_id ?? form.dags[0]?.dag_id ?? "");
  const dag = form.dags.find((one) => one.dag_id === chosen);
  const fields = useMemo(() => new Map(fieldsOf(form).map((field) => [field.name, field])), [form]);
  const schema = useMemo(() => new SchemaCheck(form.json_schema), [form]);
  const own = schema.problems(config);
  const check = useCheck({ dag_id: chosen, config });
  const told = check.data?.problems ?? [];
  const problems = [...own, ...told.filter((problem) => !own.some((one) => one.field === top(problem)))];
  const values: Config = { ...form.values, ...dag?.values };
  const held = { ...values, ...config };
  const objective = form.objectives?.find((one) => one.name === held["objective"]);
  const set = (name: string, value: unknown) =>
    setConfig((before) => {
      const { [name]: _, ...rest } = before;
      return value === undefined ? rest : { ...rest, [name]: value };
    });
  const origin = (name: string) => (dag?.values && name in dag.values ? `set by ${dag.dag_id}` : form.origins[name] === "default" ? "default" : (form.origins[name] ?? "default"));
  const elsewhere = problems.filter((problem) => !fields.has(top(problem)));

  return (
    <div className={styles["columns"]}>
      <form aria-label="Settings of the trial" noValidate onSubmit={(event: FormEvent) => event.preventDefault()}>
        {form.sections.map((section) => (
          <Card key={section.title} className={styles["card"]}>
            <Section title={section.title}>
              <div className={styles["fields"]}>
                {section.fields.map((name) => {
                  const field = fields.get(name);
                  if (!field) return null;
                  const mine = problems.filter((problem) => top(problem) === name);
                  if (name === "objective" && form.objectives && form.objectives.length > 0) {
                    return <Objective key={name} form={form} value={config[name]} effective={values[name]} problems={mine} onChange={(value) => set(name, value)} />;
                  }
                  if (name === "objective_parameters" && objective) {
                    return (
                      <Parameters key={`${name} ${objective.name}`} objective={objective} value={config[name]} effective={values[name]} origin={origin(name)} problems={mine} onChange={(value) => set(name, value)} />
                    );
                  }
                  return (
                    <SettingField key={name} field={field} value={config[name]} effective={values[name]} origin={origin(name)} problems={mine} onChange={(value) => set(name, value)} />
                  );
                })}
              </div>
            </Section>
          </Card>
        ))}
      </form>
      <aside className={styles["side"]} aria-label="What will be started">
        <Card>
          <Start form={form} dagId={chosen} onDag={setChosen} config={config} problems={problems} check={check} />
          {elsewhere.length > 0 && (
            <ul role="alert" className={styles["wrong"]}>
              {elsewhere.map((problem) => (
                <li key={`${problem.field}${problem.rule}`}>
                  {problem.field && <code>{problem.field}</code>} {problem.rule}. {problem.suggestion}
                </li>
              ))}
            </ul>
          )}
        </Card>
        <Written dagId={chosen} config={config} />
        {Object.keys(config).length > 0 && (
          <p>
            <Button onClick={() => setConfig({})}>Leave everything as it is</Button>
          </p>
        )}
      </aside>
    </div>
  );
}

function top(problem: FieldProblem): string {
  return problem.field.replace(/^trial\./, "").split(/[.[]/)[0] ?? "";
}

/** The objective, from those registered with the Evolution API. */
function Objective({ form, value, effective, problems, onChange }: { form: Form; value: unknown; effective: unknown; problems: FieldProblem[]; onChange: (value: unknown) => void }) {
  const name = (value ?? effective) as string;
  const objective = form.objectives?.find((one) => one.name === name);
  return (
    <div className={styles["objective"]}>
      <SelectField label="Objective" value={name} aria-invalid={problems.length > 0} onChange={(event) => onChange(event.target.value === effective ? undefined : event.target.value)}>
        {!objective && <option>{name}</option>}
        {form.objectives?.map((one) => (
          <option key={one.name}>{one.name}</option>
        ))}
      </SelectField>
      <p className={styles["help"]}>
        {objective?.description} {objective && `Measured: ${objective.metric}${objective.unit ? ` in ${objective.unit}` : ""}.`}
      </p>
      {problems.map((problem) => (
        <p key={problem.rule} className={styles["wrong"]}>
          {problem.rule}
        </p>
      ))}
    </div>
  );
}

interface StartProps {
  form: Form;
  dagId: string;
  onDag: (dagId: string) => void;
  config: Config;
  problems: FieldProblem[];
  check: ReturnType<typeof useCheck>;
}

/** Which DAG, a word about why, what it will cost, and the button. */
function Start({ form, dagId, onDag, config, problems, check }: StartProps) {
  const client = useQueryClient();
  const toasts = useToasts();
  const navigate = useNavigate();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const content = JSON.stringify([dagId, config, note]);
  const key = useRequestKey(content);
  useEffect(() => setError(null), [content]);
  const dag = form.dags.find((one) => one.dag_id === dagId);
  const permission = !dag?.allowed
    ? { allowed: false, reason: dag?.reason || "your role may not start it" }
    : problems.length > 0
      ? { allowed: false, reason: "something is wrong with the settings" }
      : { allowed: true };

  async function start() {
    setBusy(true);
    setError(null);
    try {
      const { workflow } = await ask(
        api.POST("/api/v1/trials", { params: { header: { "idempotency-key": key } }, body: { dag_id: dagId, config: config as Record<string, never>, note: note || null } }),
      );
      toasts.done("The trial was asked for.");
      void client.invalidateQueries({ queryKey: ["trials"] });
      await navigate(`/trials/${workflow.id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <div className={styles["start"]}>
      <SelectField label="DAG" value={dagId} onChange={(event) => onDag(event.target.value)}>
        {form.dags.map((one) => (
          <option key={one.dag_id} value={one.dag_id}>
            {one.dag_id}
            {one.paused ? " (paused)" : ""}
          </option>
        ))}
      </SelectField>
      {dag?.description && <p className={styles["help"]}>{dag.description}</p>}
      {dag?.paused && <p className={styles["help"]}>This DAG is paused: the run stays queued until somebody unpauses it in Airflow.</p>}
      <TextField label="Note (optional)" value={note} maxLength={1000} placeholder="why this trial" onChange={(event) => setNote(event.target.value)} />
      <Verdict problems={problems} check={check} />
      {form.objectives_problem && <p className={styles["help"]}>The objectives are not known now: {form.objectives_problem}</p>}
      <ActionButton look="primary" permission={permission} busy={busy} onAct={() => void start()}>
        {busy ? "Asking…" : "Start the trial"}
      </ActionButton>
      {error !== null && <ProblemView error={error} />}
    </div>
  );
}

/** Whether it can work, as far as that is known. */
function Verdict({ problems, check }: { problems: FieldProblem[]; check: ReturnType<typeof useCheck> }) {
  if (problems.length > 0) {
    return (
      <p role="status" className={styles["wrong"]}>
        {problems.length === 1 ? "1 problem to settle first." : `${problems.length} problems to settle first.`}
      </p>
    );
  }
  if (check.error) return <p role="status" className={styles["help"]}>It could not be checked: {asProblem(check.error).message}</p>;
  if (!check.data || !check.settled) return <p role="status" className={styles["help"]}>Checking…</p>;
  if (check.data.unasked) return <p role="status" className={styles["help"]}>The settings are right as far as is known. The Evolution API was not asked: {check.data.unasked}</p>;
  return (
    <p role="status" className={styles["fine"]}>
      This can work{check.data.estimated_tokens ? ` and uses about ${count(check.data.estimated_tokens)} tokens` : ""}.
    </p>
  );
}

const FORMS: [string, string, (dagId: string, config: Config) => string][] = [
  ["cli", "As CLI", deanCommand],
  ["airflow", "airflow", airflowCommand],
  ["code", "As code", (_, config) => pythonCode(config)],
  ["api", "API", (dagId, config) => curlCommand(gateway.href, dagId, config)],
];

/** The same as a command or as code, for whoever would rather script it. */
function Written({ dagId, config }: { dagId: string; config: Config }) {
  const [shown, setShown] = useState("cli");
  return (
    <div>
      <Tabs
        label="The same, written"
        selected={shown}
        onSelect={setShown}
        items={FORMS.map(([id, title, make]) => ({ id, title, content: () => <Code label={id} text={make(dagId, config)} /> }))}
      />
    </div>
  );
}
