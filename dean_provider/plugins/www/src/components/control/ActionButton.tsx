import { useId, type ReactNode } from "react";

import type { Permission } from "@/api/access";

import { Button, type Look } from "./Button";
import styles from "./control.module.css";

interface Props {
  permission: Permission;
  onAct: () => void;
  children: ReactNode;
  look?: Look;
  /** It was pressed and is being done. */
  busy?: boolean;
  label?: string;
}

/** A button for what may not be allowed: then it can still be reached, does nothing, and says why. */
export function ActionButton({ permission, onAct, children, look = "plain", busy = false, label }: Props) {
  const id = useId();
  const refused = !permission.allowed;
  return (
    <span className={styles["wrap"]}>
      <Button
        look={look}
        aria-label={label}
        aria-disabled={refused || busy}
        aria-busy={busy}
        aria-describedby={refused ? id : undefined}
        onClick={() => {
          if (!refused && !busy) onAct();
        }}
      >
        {children}
      </Button>
      {refused && (
        <span role="tooltip" id={id} className={styles["reason"]}>
          {permission.reason}
        </span>
      )}
    </span>
  );
}
