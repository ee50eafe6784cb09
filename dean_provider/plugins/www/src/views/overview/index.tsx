import { Fragment } from "react";
import { Link } from "react-router";

import type { Model } from "@/api/client";
import { useOverview } from "@/api/overview";
import styles from "./overview.module.css";
import { IncidentCard } from "@/components/alert/IncidentCard";
import alertStyles from "@/components/alert/alert.module.css";
import { buttonClass } from "@/components/control/Button";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { ServiceStrip } from "@/components/service/ServiceStrip";
import { Answer } from "@/components/state/Answer";
import { EmptyState, Stale } from "@/components/state/states";
import { When } from "@/components/text/When";
import { TrialTable } from "@/components/trial/TrialTable";
import { count, plural } from "@/format/number";

import { Budget } from "./Budget";
import { underWay, underWayWords } from "./counts";
import { RunningTrial } from "./RunningTrial";

const SHOWN = 12;
const SHOWN_OUTCOMES = 8;
const SHOWN_ALERTS = 5;

/** Everything at one glance: which trials run, how they do, what is wrong and what to press. */
export default function Overview() {
  const query = useOverview();
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <Link to="/new" className={buttonClass("primary")}>
            New trial
          </Link>
        }
      >
        {query.data && <Summary overview={query.data} />}
      </PageHeader>
      <Answer query={query} what="the overview" lines={10}>
        {(overview) => <Glance overview={overview} />}
      </Answer>
    </>
  );
}

function Summary({ overview }: { overview: Model<"Overview"> }) {
  return (
    <span className="dim">
      {underWayWords(overview)} · {overview.open_alerts ? plural(overview.open_alerts, "alert") : "no alert"} · updated{" "}
      <When at={overview.timestamp} />
    </span>
  );
}

function Glance({ overview }: { overview: Model<"Overview"> }) {
  const { watch, services, running, recent, alerts, open_alerts, budget } = overview;
  return (
    <div className={styles["view"]}>
      <div>
        {watch.stale && <Stale at={watch.taken_at ?? null} reason="Nobody has asked the services since: they may have changed." />}
        {services.length > 0 && <ServiceStrip services={services} />}
      </div>
      <div className={styles["columns"]}>
        <Section title="Running">
          {running.length === 0 ? (
            <Card>
              <EmptyState title="No trial runs now" action={<Link to="/new">Start one</Link>}>
                One that its DAG's schedule or the dean command starts shows up here at once.
              </EmptyState>
            </Card>
          ) : (
            <div className={styles["running"]}>
              {running.slice(0, SHOWN).map((trial) => (
                <RunningTrial key={trial.id} trial={trial} />
              ))}
              {running.length > SHOWN && <UnderWay overview={overview} />}
            </div>
          )}
        </Section>
        <div className={styles["side"]}>
          <Section title="Alerts" aside={open_alerts > SHOWN_ALERTS && <Link to="/alerts">all {count(open_alerts)}</Link>}>
            {alerts.length === 0 ? (
              <Card>
                <span className="dim">Nothing is wrong that a rule looks for.</span>
              </Card>
            ) : (
              <div className={alertStyles["list"]}>
                {alerts.slice(0, SHOWN_ALERTS).map((incident) => (
                  <IncidentCard key={incident.incident_id} incident={incident} />
                ))}
              </div>
            )}
          </Section>
          {budget && (
            <Section title="Token budget">
              <Budget budget={budget} />
            </Section>
          )}
        </div>
      </div>
      <Section title="Recent outcomes" aside={recent.length > SHOWN_OUTCOMES && <Link to="/trials">all trials</Link>}>
        {recent.length === 0 ? (
          <Card>
            <EmptyState title="No trial has ended yet" />
          </Card>
        ) : (
          <Card flush>
            <TrialTable caption="Trials that ended last" trials={recent.slice(0, SHOWN_OUTCOMES)} outcomes />
          </Card>
        )}
      </Section>
    </div>
  );
}

/** How many trials there are beyond those shown, and the way to them. */
function UnderWay({ overview }: { overview: Model<"Overview"> }) {
  const all = underWay(overview);
  return (
    <p className={styles["more"]}>
      The newest {SHOWN} of {count(all.reduce((sum, [, number]) => sum + number, 0))} are shown:{" "}
      {all.map(([status, number], index) => (
        <Fragment key={status}>
          {index > 0 && " · "}
          <Link to={`/trials?status=${status}`}>
            {count(number)} {status}
          </Link>
        </Fragment>
      ))}
    </p>
  );
}
