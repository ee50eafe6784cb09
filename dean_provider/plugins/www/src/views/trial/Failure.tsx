import { airflowRun } from "@/api/address";
import type { Model } from "@/api/client";
import { AirflowLink } from "@/components/text/AirflowLink";
import { useEvents } from "@/trials/useEvents";

import styles from "./trial.module.css";

const AGAIN = "Clear the run in Airflow to go on from the last generation, or fork the trial from an earlier one.";
const SETTINGS = "Start it again with other settings: New trial can take them over from its configuration.";
const AWAY = "Look at Services. When the service answers again, clear the run in Airflow: the trial goes on where it was.";

/** What helps, by the code of the error that ended a trial. */
const ADVICE: Record<string, string> = {
  invalid_configuration: SETTINGS,
  unknown_objective: SETTINGS,
  service_unavailable: AWAY,
  connection_failed: AWAY,
  circuit_open: AWAY,
  request_timeout: AWAY,
  trial_failed: `The Evolution API gave the reason above. ${AGAIN}`,
};

/** Why a trial failed, where that is told, and what can be done. */
export function Failure({ trial }: { trial: Model<"WorkflowDetail"> }) {
  const events = useEvents(trial.id);
  if (trial.status !== "failed") return null;
  const failed = events.data?.pages.flatMap((page) => page.events).find((event) => event.event_type === "trial.failed");
  const details = (failed?.details ?? {}) as { error?: string; error_code?: string; task_id?: string };
  const advice = ADVICE[details.error_code ?? ""] ?? AGAIN;
  return (
    <div role="alert" className={styles["failure"]}>
      <strong>{trial.error || details.error || "The trial failed and nobody said why."}</strong>
      <ul className="dim">
        {details.task_id && <li>Task {details.task_id} failed; its log has the whole story.</li>}
        <li>{advice}</li>
      </ul>
      {trial.dag_id && trial.run_id && (
        <p>
          <AirflowLink href={airflowRun(trial.dag_id, trial.run_id) + (details.task_id ? `/tasks/${encodeURIComponent(details.task_id)}` : "")}>
            {details.task_id ? "Log of the task" : "The run in Airflow"}
          </AirflowLink>
        </p>
      )}
    </div>
  );
}
