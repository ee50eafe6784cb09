import type { Model } from "@/api/client";
import { latency } from "@/format/number";
import { coarse, millis, moment } from "@/format/time";

export type Service = Model<"ServiceState">;

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
      return service.checked_at ? `not heard of since ${moment(service.checked_at, now)}` : "not asked yet";
  }
}
