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
  { path: "/trials", title: "Trials", listed: true, load: () => import("./views/trials") },
  { path: "/trials/:id", title: "Trial", listed: false, load: () => import("./views/trial") },
  { path: "/compare", title: "Compare", listed: false, load: () => import("./views/compare") },
  { path: "/new", title: "New trial", listed: false, load: () => import("./views/new-trial") },
  { path: "/patterns", title: "Patterns", listed: true, load: () => import("./views/patterns") },
  { path: "/alerts", title: "Alerts", listed: true, load: () => import("./views/alerts") },
  { path: "/services", title: "Services", listed: true, load: () => import("./views/services") },
  { path: "/audit", title: "Audit", listed: true, load: () => import("./views/audit") },
  { path: "/dags/:dagId", title: "Trials of this DAG", listed: false, load: () => import("./views/tab") },
  { path: "/dags/:dagId/runs/:runId", title: "Trials of this run", listed: false, load: () => import("./views/tab") },
];
