import { gateway } from "@/api/address";
import type { Model } from "@/api/client";
import { buttonClass } from "@/components/control/Button";
import { EmptyState } from "@/components/state/states";
import { isOpen } from "@/trials/progress";

import styles from "./trial.module.css";

/** The trial's report, in a box of its own: it may run its script and reach nothing. */
export function Report({ trial }: { trial: Model<"WorkflowDetail"> }) {
  if (!trial.report_uri) {
    return (
      <EmptyState title="No report yet">
        {isOpen(trial) ? "It is written when the trial has ended." : "The trial ended before one was written."}
      </EmptyState>
    );
  }
  const address = new URL(`api/v1/trials/${trial.id}/report`, gateway).href;
  return (
    <>
      <p className={styles["again"]}>
        <a className={buttonClass()} href={address} download={`${trial.name || trial.id}.html`}>
          Download the report
        </a>
      </p>
      <iframe title={`Report of ${trial.name || trial.id}`} src={address} sandbox="allow-scripts allow-downloads" className={styles["report"]} />
    </>
  );
}
