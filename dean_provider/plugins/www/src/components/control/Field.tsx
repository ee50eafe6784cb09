import { useId, type ComponentProps, type ReactNode } from "react";

import styles from "./control.module.css";

export const inputClass = styles["input"] ?? "";

export function TextField({ label, className = "", ...rest }: ComponentProps<"input"> & { label: string }) {
  const id = useId();
  return (
    <div className={`${styles["field"]} ${className}`}>
      <label htmlFor={id}>{label}</label>
      <input id={id} className={styles["input"]} {...rest} />
    </div>
  );
}

export function SelectField({ label, className = "", children, ...rest }: ComponentProps<"select"> & { label: string; children: ReactNode }) {
  const id = useId();
  return (
    <div className={`${styles["field"]} ${className}`}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className={styles["input"]} {...rest}>
        {children}
      </select>
    </div>
  );
}
