/** Where things are, seen from wherever this Airflow lives. The document's <base> is the page's own address. */
export const page = new URL("./", document.baseURI);
/** The gateway: `/dean/` of this Airflow. */
export const gateway = new URL("../", page);
/** Airflow's UI. */
export const airflow = new URL("../", gateway);
/** What stands before every route of the page. */
export const basename = page.pathname.replace(/\/$/, "");

/** Address of a DAG run in Airflow's UI, or of its DAG. */
export function airflowRun(dagId: string, runId?: string | null): string {
  const run = runId ? `/runs/${encodeURIComponent(runId)}` : "";
  return new URL(`dags/${encodeURIComponent(dagId)}${run}`, airflow).href;
}
