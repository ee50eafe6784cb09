/** What runs first. On a DAG without trials it says so, and nothing else is loaded. */
import { gateway } from "./api/address";
import { tab } from "./frame/tab";
import { followTheme } from "./theme/theme";
import "./styles/base.css";

const root = document.getElementById("page") as HTMLElement;

async function hasTrials(dagId: string, runId: string | null): Promise<boolean> {
  const url = new URL("api/v1/trials", gateway);
  url.searchParams.set("dag_id", dagId);
  if (runId) url.searchParams.set("run_id", runId);
  url.searchParams.set("limit", "1");
  url.searchParams.set("fields", "id");
  const response = await fetch(url, { credentials: "same-origin" });
  // Whatever is wrong, the page itself says it better.
  return !response.ok || ((await response.json()) as { workflows: unknown[] }).workflows.length > 0;
}

function say(text: string): void {
  const line = document.createElement("p");
  line.className = "boot";
  line.textContent = text;
  root.replaceChildren(line);
}

async function boot(): Promise<void> {
  followTheme();
  if (tab && !(await hasTrials(tab.dagId, tab.runId).catch(() => true))) {
    say(tab.runId ? "This run has no evolution trial." : "This DAG has run no evolution trial.");
    return;
  }
  const { start } = await import("./main");
  start(root);
}

boot().catch((error: unknown) => say(`The page could not be loaded: ${error instanceof Error ? error.message : String(error)}`));
