import type { ReactNode } from "react";

import { asProblem } from "@/api/problem";
import { Button } from "@/components/control/Button";

import styles from "./state.module.css";

/** What went wrong, what helps, and the id under which the server's log has it. */
export function ProblemView({ error, onRetry, children }: { error: unknown; onRetry?: () => void; children?: ReactNode }) {
  const problem = asProblem(error);
  return (
    <div role="alert" className={styles["problem"]}>
      <strong>{problem.message}</strong>
      {problem.fields.length > 0 && (
        <ul>
          {problem.fields.map((one) => (
            <li key={`${one.field}${one.rule}`}>
              <code>{one.field}</code>: {one.rule}
              {one.suggestion ? `. ${one.suggestion}` : ""}
            </li>
          ))}
        </ul>
      )}
      {problem.suggestions.length > 0 && (
        <ul className="dim">
          {problem.suggestions.map((suggestion) => (
            <li key={suggestion}>{suggestion}</li>
          ))}
        </ul>
      )}
      {children}
      {problem.requestId && (
        <p className={styles["id"]}>
          Request <code>{problem.requestId}</code>
        </p>
      )}
      {onRetry && (
        <p className={styles["actions"]}>
          <Button onClick={onRetry}>Try again</Button>
        </p>
      )}
    </div>
  );
}
