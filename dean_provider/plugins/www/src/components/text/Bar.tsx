import styles from "./text.module.css";

/** A share of a whole. `colour` is one of the page's variables. `text` is what it says, for those who do not see it. */
export function Bar({ value, label, text, colour = "--accent" }: { value: number | null; label: string; text?: string; colour?: string }) {
  const share = value === null || !Number.isFinite(value) ? 0 : Math.min(1, Math.max(0, value));
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={text}
      className={styles["bar"]}
    >
      <div className={styles["fill"]} style={{ width: `${share * 100}%`, ["--fill" as string]: `var(${colour})` }} />
    </div>
  );
}
