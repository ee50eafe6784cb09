import type { Model } from "@/api/client";
import { withUnit } from "@/format/number";

export type Incident = Model<"Incident">;

/** A rule's name in words: ServiceDown → service down. */
export function ruleWords(rule: string): string {
  const words = rule.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase().replace(/\bcpu\b/, "CPU");
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

/** The rule of an incident, which its id begins with. */
export function ruleOf(incidentId: string): string {
  return incidentId.split(".", 1)[0] ?? incidentId;
}

/** What was measured against what it is held to; nothing when there is no figure. */
export function measured(incident: Pick<Incident, "value" | "threshold" | "unit">): string {
  if (incident.value == null) return "";
  const limit = incident.threshold == null ? "" : `, limit ${withUnit(incident.threshold, incident.unit ?? "")}`;
  return `${withUnit(incident.value, incident.unit ?? "")}${limit}`;
}
