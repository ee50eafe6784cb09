import type { ComponentType } from "react";

/** A view: where it is, what it is called, and whether the navigation shows it. */
export interface View {
  path: string;
  title: string;
  listed: boolean;
  load: () => Promise<{ default: ComponentType }>;
}

/** Every view of the page, the listed ones in the order of the navigation. A view is a folder with a default export. */
export const views: View[] = [
  { path: "/", title: "Overview", listed: true, load: () => import("./views/overview") },
  { path: "/alerts", title: "Alerts", listed: true, load: () => import("./views/alerts") },
  { path: "/services", title: "Services", listed: true, load: () => import("./views/services") },
  { path: "/audit", title: "Audit", listed: true, load: () => import("./views/audit") },
  { path: "/dags/:dagId", title: "Trials of this DAG", listed: false, load: () => import("./views/tab") },
  { path: "/dags/:dagId/runs/:runId", title: "Trials of this run", listed: false, load: () => import("./views/tab") },
];
