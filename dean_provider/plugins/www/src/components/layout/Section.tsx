import { useId, type ReactNode } from "react";

import styles from "./layout.module.css";

/** A part of a view with its heading; `aside` stands at the heading's end. */
export function Section({ title, aside, children, className = "" }: { title: string; aside?: ReactNode; children: ReactNode; className?: string }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`${styles["section"]} ${className}`}>
      <div className={styles["head"]}>
        <h2 id={id} className={styles["title"]}>
          {title}
        </h2>
        {aside !== undefined && <div className={styles["aside"]}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
