import { useQuery } from "@tanstack/react-query";

import { ask, api } from "./client";
import { keys } from "./keys";

/** Whether an action is allowed, and why not. */
export interface Permission {
  allowed: boolean;
  reason?: string;
}

export interface Permissions {
  user: string;
  may: (action: string) => Permission;
}

interface Access {
  user: string;
  allowed: Record<string, boolean>;
  reasons?: Record<string, string>;
}

const UNKNOWN: Permission = { allowed: false, reason: "What you may do is not known yet." };

/** What `access` says about each action; an action it does not name is refused. */
export function permissions(access: Access | undefined): Permissions {
  return {
    user: access?.user ?? "",
    may: (action) => {
      if (!access) return UNKNOWN;
      if (access.allowed[action]) return { allowed: true };
      return { allowed: false, reason: access.reasons?.[action] ?? `Your role does not allow this.` };
    },
  };
}

/** What the reader may do at all: read_trials, read_configuration, change_configuration, change_services, read_audit, acknowledge_alerts,
 * silence_alerts. */
export function useAccess(): Permissions {
  const { data } = useQuery({
    queryKey: keys.access,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/access", { signal })),
    staleTime: 60_000,
    refetchInterval: 60_000,
  });
  return permissions(data);
}

/** What the reader may do with one trial: cancel, pause, resume, apply, fork, replay, acknowledge, audit. Asked anew whenever the trial
 * changes. Without a trial nothing is asked. */
export function useTrialAccess(workflowId: string | null): Permissions {
  const id = workflowId ?? "";
  const { data } = useQuery({
    queryKey: [...keys.trial(id), "access"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/trials/{workflow_id}/access", { params: { path: { workflow_id: id } }, signal })),
    enabled: workflowId !== null,
    refetchInterval: 15_000,
  });
  return permissions(data);
}
