import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";

import { ask, api, type Model } from "@/api/client";
import { Chart } from "@/components/chart/Chart";
import { SelectField } from "@/components/control/Field";
import { buttonClass } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { EmptyState, Loading } from "@/components/state/states";
import { Table, type Column } from "@/components/table/Table";
import { Outcome } from "@/components/trial/TrialTable";
import { compact, count, fixed } from "@/format/number";
import { between } from "@/format/time";
import { useNow } from "@/format/useNow";
import { usePolling } from "@/live/LiveProvider";
import { changed } from "@/trials/list";
import { isOpen } from "@/trials/progress";
import { useMetric } from "@/trials/queries";
import { seriesOf } from "@/trials/series";
import { shown } from "@/trials/shown";
import { useLastReading, whileOpen } from "@/trials/useLastReading";

import styles from "./compare.module.css";
import { AXES, distinct, MEASURES, overlaid, type Axis, type Measure } from "./overlay";

type Detail = Model<"WorkflowDetail">;

const POINTS = 1_500;
const thinKey = (id: string) => ["generations-thin", id] as const;

/** Several trials over each other: their curves, outcomes, and in what they differ. */
export default function Compare() {
  const [query] = useSearchParams();
  const ids = (query.get("ids") ?? "").split(",").filter(Boolean);
  const every = usePolling(5_000, 10_000);
  const compared = useQuery({
    queryKey: ["comparison", ...ids],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/comparisons", { params: { query: { workflow_ids: [ids.join(",")] } }, signal })),
    enabled: ids.length >= 2,
    refetchInterval: ({ state }) => (state.data?.trials.some(isOpen) ? every : false),
  });
  return (
    <>
      <PageHeader
        title="Compare"
        actions={
          <Link className={buttonClass()} to="/trials">
            Choose other trials
          </Link>
        }
      />
      {ids.length < 2 ? (
        <EmptyState
          title="Nothing to compare yet"
          action={
            <Link className={buttonClass("primary")} to="/trials">
              To the trials
            </Link>
          }
        >
          Tick two or more trials in the list, up to twenty, and press Compare.
        </EmptyState>
      ) : (
        <Answer query={compared} what="the trials" lines={8}>
          {(comparison) => <Side comparison={comparison} />}
        </Answer>
      )}
    </>
  );
}

function Side({ comparison }: { comparison: Model<"Comparison"> }) {
  const { trials } = comparison;
  const names = useMemo(() => distinct(trials), [trials]);
  const objectives = new Set(trials.map((trial) => trial.objective));
  return (
    <>
      <Notes comparison={comparison} same={objectives.size === 1} />
      <Card className={styles["card"]}>
        <Overlay trials={trials} names={names} same={objectives.size === 1} />
      </Card>
      <Section title="Outcomes" className={styles["part"]}>
        <Card flush>
          <Outcomes trials={trials} names={names} />
        </Card>
      </Section>
      <Section title="Where their settings differ" className={styles["part"]}>
        {comparison.differences.length > 0 ? (
          <Card flush>
            <Table
              caption="Settings in which the trials differ"
              rows={comparison.differences}
              rowKey={(difference) => difference.field}
              columns={[
                { title: "Setting", cell: (difference) => <code>{difference.field}</code> },
                ...names.map((name, index) => ({
                  title: name,
                  cell: (difference: Model<"Difference">) => shown(difference.values[index]),
                })),
              ]}
            />
          </Card>
        ) : (
          <EmptyState title="In nothing">Their configurations are the same, seed included.</EmptyState>
        )}
      </Section>
    </>
  );
}

function Notes({ comparison, same }: { comparison: Model<"Comparison">; same: boolean }) {
  if (comparison.same_digest) {
    return (
      <p className={styles["note"]} role="status">
        All have the same digest: every generation of theirs is the same, number by number.
      </p>
    );
  }
  return same ? null : (
    <p className={styles["note"]} role="status">
      They have different objectives: their fitness cannot be compared, only how they went.
    </p>
  );
}

const MEASURE_WORDS: Record<Measure, string> = { best: "best", mean: "mean", diversity: "diversity", tokens: "tokens used" };
const AXIS_WORDS: Record<Axis, string> = { generation: "generation", seconds: "running time", tokens: "tokens used" };

function Overlay({ trials, names, same }: { trials: Detail[]; names: string[]; same: boolean }) {
  const [query, setQuery] = useSearchParams();
  const measure = oneOf(MEASURES, query.get("measure"));
  const axis = oneOf(AXES, query.get("axis"));
  const metric = useMetric(same ? trials[0]?.objective : null);
  const every = usePolling(5_000, 5_000);
  const asked = useQueries({
    queries: trials.map((trial) => ({
      queryKey: thinKey(trial.id),
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        seriesOf(
          await ask(
            api.GET("/api/v1/trials/{workflow_id}/generations", { params: { path: { workflow_id: trial.id }, query: { points: POINTS } }, signal }),
          ),
        ),
      refetchInterval: whileOpen(isOpen(trial), every),
    })),
  });
  useLastReading(Object.fromEntries(trials.map((trial) => [trial.id, isOpen(trial)])), thinKey);
  const version = asked.map((one) => one.dataUpdatedAt).join();
  const { x, curves } = useMemo(
    () => overlaid(asked.map((one, index) => ({ name: names[index] ?? "", series: one.data ?? { points: [], generations: 0, sampled: false } })), measure, axis, metric),
    // The queries' answers are as new as their times say.
    [version, names, measure, axis, metric],
  );
  const format = measure === "diversity" ? (value: number) => fixed(value, 2) : measure === "tokens" ? compact : metric.text;
  const change = (values: Record<string, string>) => setQuery((now) => changed(now, values), { replace: true });
  const title = measure === "best" || measure === "mean" ? `${MEASURE_WORDS[measure]} ${metric.name}, ${metric.reading}` : MEASURE_WORDS[measure];
  return (
    <Section
      title={title}
      aside={
        <div className={styles["choice"]}>
          <SelectField label="Curves of" value={measure} onChange={(event) => change({ measure: event.target.value === "best" ? "" : event.target.value })}>
            {MEASURES.map((one) => (
              <option key={one} value={one}>
                {MEASURE_WORDS[one]}
              </option>
            ))}
          </SelectField>
          <SelectField label="By" value={axis} onChange={(event) => change({ axis: event.target.value === "generation" ? "" : event.target.value })}>
            {AXES.map((one) => (
              <option key={one} value={one}>
                {AXIS_WORDS[one]}
              </option>
            ))}
          </SelectField>
        </div>
      }
    >
      {asked.every((one) => one.isPending) ? (
        <Loading what="the curves" />
      ) : (
        <Chart title={`${title}, by ${AXIS_WORDS[axis]}`} x={x} xName={AXIS_WORDS[axis]} curves={curves} height={320} format={format} />
      )}
    </Section>
  );
}

function oneOf<Value extends string>(values: readonly [Value, ...Value[]], text: string | null): Value {
  return values.find((value) => value === text) ?? values[0];
}

function Outcomes({ trials, names }: { trials: Detail[]; names: string[] }) {
  const now = useNow();
  const columns: Column<Detail>[] = [
    { title: "Trial", cell: (trial) => <Link to={`/trials/${trial.id}`}>{names[trials.indexOf(trial)]}</Link> },
    { title: "Status", cell: (trial) => <Outcome trial={trial} /> },
    { title: "Best", cell: (trial) => <Best trial={trial} />, right: true },
    { title: "Test", cell: (trial) => <Best trial={trial} test />, right: true },
    { title: "Generations", cell: (trial) => count(trial.generation), right: true },
    { title: "Tokens", cell: (trial) => count(trial.tokens_used), right: true },
    { title: "Took", cell: (trial) => between(trial.started_at, trial.completed_at, now), right: true },
    { title: "Seed", cell: (trial) => trial.seed ?? "–", right: true },
    { title: "Digest", cell: (trial) => <code title={trial.digest ?? undefined}>{trial.digest?.slice(0, 12) ?? "–"}</code> },
  ];
  return <Table caption="Outcomes" columns={columns} rows={trials} rowKey={(trial) => trial.id} />;
}

function Best({ trial, test = false }: { trial: Detail; test?: boolean }) {
  const metric = useMetric(trial.objective);
  return <>{test ? metric.text(trial.scores?.test) : metric.fitness(trial.best_fitness)}</>;
}

