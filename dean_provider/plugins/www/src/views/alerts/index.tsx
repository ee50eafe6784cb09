import { useOverview } from "@/api/overview";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { Stale } from "@/components/state/states";
import { plural } from "@/format/number";

import styles from "./alerts.module.css";
import { History } from "./History";
import { Open } from "./Open";
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
        {query.data && <span className="dim">{query.data.open_alerts ? plural(query.data.open_alerts, "open incident") : "nothing is wrong that a rule looks for"}</span>}
      </PageHeader>
      <div className={styles["view"]}>
        <Section title="Open">
          <Answer query={query} what="the alerts">
            {(overview) => (
              <>
                {overview.watch.stale && <Stale at={overview.watch.taken_at ?? null} reason="No rule has been looked at since: nobody asks the services." />}
                <Open overview={overview} />
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
