/** Names of what is asked for. An event over the socket makes stale what begins with one of these. */
export const keys = {
  access: ["access"] as const,
  overview: ["overview"] as const,
  services: ["services"] as const,
  alerts: ["alerts"] as const,
  audit: ["audit"] as const,
  patterns: ["patterns"] as const,
  series: ["series"] as const,
  trials: ["trials"] as const,
  /** The pages of the list, which reads its rows anew by itself while it is shown. */
  trialList: ["trial-list"] as const,
  generations: ["generations"] as const,
  events: ["events"] as const,
  /** What begins every trial's own. */
  anyTrial: ["trial"] as const,
  trial: (id: string) => ["trial", id] as const,
};
