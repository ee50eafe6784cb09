import { useId, useRef, type KeyboardEvent, type ReactNode } from "react";

import styles from "./tabs.module.css";

export interface TabItem {
  id: string;
  title: ReactNode;
  content: () => ReactNode;
}

/** Some of which one is shown; arrow keys go from one to the next. */
export function Tabs({ label, items, selected, onSelect }: { label: string; items: TabItem[]; selected: string; onSelect: (id: string) => void }) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const index = Math.max(0, items.findIndex((item) => item.id === selected));
  const shown = items[index];

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -index, End: items.length - 1 - index }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (index + step + items.length) % items.length;
    const item = items[next];
    if (item) onSelect(item.id);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
  }

  return (
    <>
      <div ref={list} role="tablist" aria-label={label} className={styles["tabs"]} onKeyDown={onKeyDown}>
        {items.map((item, place) => (
          <button
            key={item.id}
            type="button"
            role="tab"
            id={`${base}${item.id}`}
            aria-selected={place === index}
            aria-controls={place === index ? `${base}panel` : undefined}
            tabIndex={place === index ? 0 : -1}
            onClick={() => onSelect(item.id)}
          >
            {item.title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}panel`} aria-labelledby={`${base}${shown?.id ?? ""}`} tabIndex={0} className={styles["panel"]}>
        {shown?.content()}
      </div>
    </>
  );
}
