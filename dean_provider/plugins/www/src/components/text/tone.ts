/** What a colour says; never said by colour alone. */
export type Tone = "good" | "warn" | "bad" | "accent" | "neutral";

const TRIAL: Record<string, Tone> = {
  requested: "neutral",
  preparing: "accent",
  running: "accent",
  paused: "warn",
  completed: "good",
  failed: "bad",
  cancelled: "neutral",
};

export function trialTone(status: string): Tone {
  return TRIAL[status] ?? "neutral";
}

const SERVICE: Record<string, Tone> = { healthy: "good", degraded: "warn", unhealthy: "bad", unknown: "neutral" };

export function serviceTone(status: string): Tone {
  return SERVICE[status] ?? "neutral";
}

const SEVERITY: Record<string, Tone> = { info: "accent", warning: "warn", critical: "bad" };

export function severityTone(severity: string): Tone {
  return SEVERITY[severity] ?? "neutral";
}
