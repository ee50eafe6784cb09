import { useEffect, type ReactNode } from "react";

import styles from "./layout.module.css";

/** The view's title, which is the document's too, what is to say beside it, and what can be done here. */
export function PageHeader({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · DEAN`;
  }, [title]);
  return (
    <header className={styles["header"]}>
      <h1 tabIndex={-1}>{title}</h1>
      {children}
      {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
    </header>
  );
}
