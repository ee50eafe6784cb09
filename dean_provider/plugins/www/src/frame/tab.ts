import { page } from "@/api/address";

/** The DAG, and the run, on whose page in Airflow this is a tab. */
export interface Tab {
  dagId: string;
  runId: string | null;
}

const PLACE = /^dags\/([^/]+)(?:\/runs\/([^/]+))?\/?$/;

/** Where the tab is, from the page's own address; nothing when it is no tab. */
export function tabOf(pathname: string): Tab | null {
  const found = PLACE.exec(pathname.startsWith(page.pathname) ? pathname.slice(page.pathname.length) : "");
  if (!found?.[1]) return null;
  return { dagId: decodeURIComponent(found[1]), runId: found[2] ? decodeURIComponent(found[2]) : null };
}

/** Set once, when the page is loaded: what is opened from a tab stays in it. */
export const tab: Tab | null = tabOf(window.location.pathname);
