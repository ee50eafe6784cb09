import { columns, type Curve } from "@/api/series";
import type { ReactNode } from "react";

import { Chart } from "@/components/chart/Chart";
import { Card } from "@/components/layout/Card";
import { serviceName, type Service } from "@/components/service/words";
import { Badge } from "@/components/text/Badge";
import { serviceTone } from "@/components/text/tone";
import { When } from "@/components/text/When";
import { count, latency } from "@/format/number";
import { duration } from "@/format/time";

import styles from "./services.module.css";

const KINDS: Record<Service["kind"], string> = {
  indexagent: "IndexAgent",
  evolution: "Evolution API",
  airflow: "part of Airflow",
  database: "Airflow's database",
  redis: "Redis",
  gateway: "the gateway",
  other: "registered service",
};

/** One service: how it is, what is known of it, and how long its answers have taken. */
export function ServiceCard({ service, history }: { service: Service; history?: Curve }) {
  const { x, values } = history ? columns(history) : { x: [], values: [] };
  const checks = Object.entries(service.checks ?? {});
  return (
    <Card className={styles["service"]} id={service.name}>
      <div>
        <div className={styles["head"]}>
          <h2>{serviceName(service)}</h2>
          <Badge tone={serviceTone(service.status)}>{service.status}</Badge>
          <span className="dim">
            since <When at={service.since} form="moment" />
          </span>
        </div>
        {service.message && <p className={styles["message"]}>{service.message}</p>}
        <dl className={styles["facts"]}>
          <dt>What</dt>
          <dd>{KINDS[service.kind]}</dd>
          <dt>Last answer</dt>
          <dd>
            <When at={service.answered_at} />
            {service.latency_seconds != null && ` in ${latency(service.latency_seconds)}`}
          </dd>
          <dt>Last asked</dt>
          <dd>
            <When at={service.checked_at} />
          </dd>
          {!!service.failures && <Fact name="Failures in a row">{count(service.failures)}</Fact>}
          {service.breaker && <Fact name="Circuit breaker">{service.breaker === "closed" ? "closed (calls go through)" : `${service.breaker} (calls are held back)`}</Fact>}
          {service.uptime_seconds != null && <Fact name="Up for">{duration(service.uptime_seconds)}</Fact>}
          {service.version && <Fact name="Version">{service.version}</Fact>}
          {service.dialect && <Fact name="Dialect">{service.dialect}</Fact>}
          {checks.map(([name, check]) => (
            <Fact key={name} name={name}>
              <Badge tone={serviceTone(check.status)}>{check.status}</Badge> {check.message}
            </Fact>
          ))}
        </dl>
      </div>
      <div>
        {x.length > 1 ? (
          <Chart title={`Latency of ${serviceName(service)}`} time x={x} curves={[{ name: "latency", values, colour: "--best" }]} height={130} format={latency} />
        ) : service.kind === "airflow" ? null : (
          <p className="dim">How long it takes to answer is drawn here once it was asked a few times.</p>
        )}
      </div>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
