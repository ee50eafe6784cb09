import type { Model } from "@/api/client";
import { latency } from "@/format/number";
import { coarse, millis, moment } from "@/format/time";

export type Service = Model<"ServiceState">;

const NAMES: Record<string, string> = {
  indexagent: "IndexAgent",
  evolution: "Evolution API",
  "airflow-scheduler": "Scheduler",
  "airflow-triggerer": "Triggerer",
  "airflow-dag-processor": "DAG processor",
  database: "Database",
  redis: "Redis",
  gateway: "Gateway",
};

/** What people call it. */
export function serviceName(service: Pick<Service, "name">): string {
  return NAMES[service.name] ?? service.name;
}

/** How a service is, in a line: what it takes to answer and for how long it has, or since when it does not. */
export function inAWord(service: Service, now: number): string {
  const lasting = coarse(Math.max(0, now - millis(service.since)));
  switch (service.status) {
    case "healthy": {
      const up = service.uptime_seconds == null ? `well for ${lasting}` : `up ${coarse(service.uptime_seconds * 1000)}`;
      return service.latency_seconds == null ? up : `${latency(service.latency_seconds)} · ${up}`;
    }
    case "degraded":
      return `${service.latency_seconds == null ? "" : `${latency(service.latency_seconds)} · `}degraded since ${moment(service.since, now)}`;
    case "unhealthy":
      return `away since ${moment(service.since, now)}`;
    default:
      if (service.message && !service.checked_at) return service.message;
      return service.checked_at ? `not heard of since ${moment(service.checked_at, now)}` : "not asked yet";
  }
}
