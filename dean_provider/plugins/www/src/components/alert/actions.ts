import { useMutation, useQueryClient } from "@tanstack/react-query";

import { useAccess, useTrialAccess, type Permission } from "@/api/access";
import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { useToasts } from "@/components/toast/ToastProvider";

import { ruleWords, type Incident } from "./words";

function useSettled() {
  const client = useQueryClient();
  return () => Promise.all([keys.alerts, keys.overview].map((queryKey) => client.invalidateQueries({ queryKey })));
}

/** Say that somebody sees to an incident. */
export function useAcknowledge() {
  const toasts = useToasts();
  const settled = useSettled();
  return useMutation({
    mutationFn: ({ incident, comment }: { incident: Incident; comment: string }) =>
      ask(api.POST("/api/v1/alerts/{incident_id}/acknowledge", { params: { path: { incident_id: incident.incident_id } }, body: { comment } })),
    onSuccess: (incident) => toasts.done(`${ruleWords(incident.rule)}: acknowledged by ${incident.acknowledged_by}.`),
    onError: (error) => toasts.failed("The alert was not acknowledged", error),
    onSettled: settled,
  });
}

export interface NewSilence {
  rule: string | null;
  labels: Record<string, string>;
  seconds: number;
  comment: string;
}

/** Have nobody notified of what matches, for a while. */
export function useSilence() {
  const toasts = useToasts();
  const settled = useSettled();
  return useMutation({
    mutationFn: (silence: NewSilence) => ask(api.POST("/api/v1/alerts/silences", { body: silence })),
    onSuccess: (silence) => toasts.done(`${silence.rule ? ruleWords(silence.rule) : "Every rule"}: silent until ${new Date(silence.ends_at).toLocaleTimeString()}.`),
    onError: (error) => toasts.failed("Nothing was silenced", error),
    onSettled: settled,
  });
}

/** Whether the reader may acknowledge an incident: of a trial whoever steers it, of the installation whoever configures it. */
export function useMayAcknowledge(incident: Incident): Permission {
  const general = useAccess();
  const trial = useTrialAccess(incident.workflow_id ?? null);
  if (incident.status === "acknowledged") return { allowed: false, reason: `acknowledged by ${incident.acknowledged_by ?? "somebody"} already` };
  if (incident.status === "resolved") return { allowed: false, reason: "it is resolved" };
  return incident.workflow_id ? trial.may("acknowledge") : general.may("acknowledge_alerts");
}
