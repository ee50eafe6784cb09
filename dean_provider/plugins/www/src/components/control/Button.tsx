import type { ComponentProps } from "react";

import styles from "./control.module.css";

export type Look = "plain" | "primary" | "danger";

export function buttonClass(look: Look = "plain"): string {
  return `${styles["button"]} ${look === "plain" ? "" : styles[look]}`;
}

export function Button({ look = "plain", type = "button", className = "", ...rest }: ComponentProps<"button"> & { look?: Look }) {
  return <button type={type} className={`${buttonClass(look)} ${className}`} {...rest} />;
}
