import { useState } from "react";

import type { Model } from "@/api/client";
import { useOverview } from "@/api/overview";
import { useSeries } from "@/api/series";
import { SelectField } from "@/components/control/Field";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Answer } from "@/components/state/Answer";
import { EmptyState, Stale } from "@/components/state/states";
import { When } from "@/components/text/When";

import { KnownServices } from "./Known";
import { ServiceCard } from "./ServiceCard";
import styles from "./services.module.css";

const RANGES: [seconds: number, text: string][] = [
  [900, "15 minutes"],
  [3600, "1 hour"],
  [21_600, "6 hours"],
];

/** Every watched service with what is known of it, and where services are known from. */
export default function Services() {
  const [seconds, setSeconds] = useState(3600);
  const query = useOverview();
  const history = useSeries({ name: "dean_service_latency_seconds", seconds });
  const byService = new Map(history.data?.series.map((series) => [series.service, series]));
  return (
    <>
      <PageHeader
        title="Services"
        actions={
          <SelectField label="Charts show the last" value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
            {RANGES.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </SelectField>
        }
      >
        {query.data && <Watched watch={query.data.watch} />}
      </PageHeader>
      <div className={styles["view"]}>
        <Answer query={query} what="the services" lines={8}>
          {({ services, watch }) => (
            <div className={styles["list"]}>
              {watch.stale && <Stale at={watch.taken_at ?? null} reason="No API server has asked the services since." />}
              {services.map((service) => (
                <ServiceCard key={service.name} service={service} history={byService.get(service.name)} />
              ))}
              {services.length === 0 && (
                <Card>
                  <EmptyState title="Nothing is watched yet">The first round of questions takes some seconds after the API server has started.</EmptyState>
                </Card>
              )}
            </div>
          )}
        </Answer>
        <KnownServices />
      </div>
    </>
  );
}

function Watched({ watch }: { watch: Model<"Watch"> }) {
  return (
    <span className="dim">
      asked every {watch.period_seconds} s{watch.leader && ` by ${watch.leader}`}
      {watch.taken_at && (
        <>
          {" "}
          · last <When at={watch.taken_at} />
        </>
      )}
    </span>
  );
}
