import { useOverview } from "@/api/overview";
import { IncidentCard } from "@/components/alert/IncidentCard";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { EmptyState, Stale } from "@/components/state/states";
import { plural } from "@/format/number";

import styles from "./alerts.module.css";
import { History } from "./History";
import { Rules, useRules } from "./Rules";
import { Silences } from "./Silences";

/** What is wrong now, what is silenced, and what was. */
export default function Alerts() {
  const query = useOverview();
  const known = useRules();
  const rules = known.data?.rules.map((rule) => rule.name) ?? [];
  return (
    <>
      <PageHeader title="Alerts">
        {query.data && <span className="dim">{query.data.alerts.length ? plural(query.data.alerts.length, "open incident") : "nothing is wrong that a rule looks for"}</span>}
      </PageHeader>
      <div className={styles["view"]}>
        <Section title="Open">
          <Answer query={query} what="the alerts">
            {({ alerts, watch }) => (
              <>
                {watch.stale && <Stale at={watch.taken_at ?? null} reason="No rule has been looked at since: nobody asks the services." />}
                {alerts.length ? (
                  <div className={styles["cards"]}>
                    {alerts.map((incident) => (
                      <IncidentCard key={incident.incident_id} incident={incident} />
                    ))}
                  </div>
                ) : (
                  <Card>
                    <EmptyState title="No open incident">What fires shows up here at once, the gravest first.</EmptyState>
                  </Card>
                )}
              </>
            )}
          </Answer>
        </Section>
        <Silences rules={rules} />
        <History rules={rules} />
        <Rules query={known} />
      </div>
    </>
  );
}
