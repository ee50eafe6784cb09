import type { ComponentProps } from "react";

import styles from "./layout.module.css";

/** A surface for what belongs together. `flush` leaves the room inside to the content, for tables. */
export function Card({ flush = false, className = "", ...rest }: ComponentProps<"div"> & { flush?: boolean }) {
  return <div className={`${styles["card"]} ${flush ? styles["flush"] : ""} ${className}`} {...rest} />;
}
