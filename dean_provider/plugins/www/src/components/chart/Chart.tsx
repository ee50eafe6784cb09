import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { figure } from "@/format/number";
import { useTheme } from "@/theme/useTheme";

import styles from "./chart.module.css";
import { options, place, type Curve, type Level } from "./options";
import { summary } from "./summary";

interface Props {
  /** What the chart is about, for those who do not see it. */
  title: string;
  /** Rising: generations, or seconds since the epoch when `time` is set. */
  x: ArrayLike<number>;
  /** What x counts: "generation". */
  xName?: string;
  time?: boolean;
  curves: Curve[];
  levels?: Level[];
  height?: number;
  format?: (value: number) => string;
}

/** Curves over generations or time, smooth at 100,000 points. Drag to zoom, double-click for everything; arrow keys read the values. */
export function Chart({ title, x, xName = "generation", time = false, curves, levels = [], height = 220, format = figure }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // Told by what the reader does: scales lag behind values that come fast.
  const zoomed = useRef(false);
  const [at, setAt] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const theme = useTheme();
  const shape = JSON.stringify([curves.map(({ name, colour, dashed, width, marks }) => [name, colour, dashed, width, marks]), levels, height, time, theme]);
  const data = useMemo(
    () => [x, ...curves.map((curve) => curve.values), ...levels.map((level) => Array(x.length).fill(level.value))] as uPlot.AlignedData,
    [x, curves, levels],
  );
  // Every value is looked at for it: not each time the cursor moves.
  const words = useMemo(
    () => summary(x, curves, levels, format, (value) => place(value, time, xName)),
    [x, curves, levels, format, time, xName],
  );
  const latest = useRef({ data, format, hidden });
  useEffect(() => {
    latest.current = { data, format, hidden };
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    zoomed.current = false;
    const onZoom = () => {
      zoomed.current = true;
    };
    const look = { height, time, format: (value: number) => latest.current.format(value), hidden: latest.current.hidden, onZoom };
    const made = new uPlot(options(curves, levels, element.clientWidth || 600, look, setAt), latest.current.data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
    // `shape` stands for everything the plot must be made anew for; new values alone are set below.
  }, [shape]);

  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    const { min, max } = made.scales["x"] ?? {};
    made.setData(data, !zoomed.current);
    if (zoomed.current && min != null && max != null) made.setScale("x", { min, max });
  }, [data]);

  useEffect(() => {
    plot.current?.series.forEach(({ label, show }, index) => {
      const wanted = typeof label !== "string" || !hidden.has(label);
      if (index > 0 && show !== wanted) plot.current?.setSeries(index, { show: wanted });
    });
  }, [hidden]);

  const last = x.length - 1;
  const shown = at ?? (last >= 0 ? last : null);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    const target = event.key === "Home" ? 0 : event.key === "End" ? last : step === undefined ? null : (shown ?? last) + step;
    if (event.key === "Escape") setAt(null);
    if (target === null || last < 0) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, target));
    setAt(index);
    const made = plot.current;
    if (made) made.setCursor({ left: made.valToPos(x[index] ?? 0, "x"), top: 0 }, false);
  }

  function toggle(name: string) {
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  }

  return (
    <figure className={styles["chart"]}>
      <div
        ref={box}
        className={styles["plot"]}
        role="img"
        tabIndex={0}
        aria-label={`${title}. ${words}`}
        onKeyDown={onKeyDown}
        onDoubleClick={() => {
          zoomed.current = false;
        }}
        onBlur={() => setAt(null)}
      />
      <figcaption className={styles["legend"]}>
        <span aria-live="polite">{shown === null ? "no values yet" : place(x[shown], time, xName)}</span>
        {curves.map((curve) => (
          <button key={curve.name} type="button" aria-pressed={!hidden.has(curve.name)} onClick={() => toggle(curve.name)}>
            <span aria-hidden="true" className={`${styles["key"]} ${curve.dashed ? styles["dashed"] : ""}`} style={{ ["--key" as string]: `var(${curve.colour})` }} />
            {curve.name} <b>{valueAt(curve, shown, format)}</b>
          </button>
        ))}
        {levels.map((level) => (
          <button key={level.name} type="button" aria-pressed={!hidden.has(level.name)} onClick={() => toggle(level.name)}>
            <span aria-hidden="true" className={`${styles["key"]} ${styles["dashed"]}`} style={{ ["--key" as string]: `var(${level.colour})` }} />
            {level.name} <b>{format(level.value)}</b>
          </button>
        ))}
      </figcaption>
    </figure>
  );
}

function valueAt(curve: Curve, index: number | null, format: (value: number) => string): string {
  const value = index === null ? null : curve.values[index];
  return value === null || value === undefined ? "–" : format(value);
}
