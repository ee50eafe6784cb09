import type uPlot from "uplot";

import { clockTime, moment } from "@/format/time";

/** One curve. `values` are parallel to the chart's `x`; `null` where there is none. */
export interface Curve {
  name: string;
  values: ArrayLike<number | null>;
  /** One of the page's variables, such as --best. */
  colour: string;
  dashed?: boolean;
  width?: number;
  /** Single points instead of a line, for what happens now and then. */
  marks?: boolean;
}

/** A level to compare with: a threshold, a baseline. */
export interface Level {
  name: string;
  value: number;
  colour: string;
}

export interface Look {
  height: number;
  time: boolean;
  format: (value: number) => string;
  hidden: ReadonlySet<string>;
  /** The reader looks closer at a part. */
  onZoom: () => void;
}

/** The resolved value of one of the page's variables: a canvas cannot use them by name. */
export function colourOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim() || "#888";
}

function axis(look: Look, side: "x" | "y"): uPlot.Axis {
  const common: uPlot.Axis = {
    stroke: colourOf("--dim"),
    grid: { show: side === "y", stroke: colourOf("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  if (side === "y") return { ...common, size: 58, values: (_, splits) => splits.map(look.format) };
  if (!look.time) return { ...common, size: 26, space: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6] };
  return { ...common, size: 26, space: 90, values: (_, splits) => splits.map((at) => clockTime(at * 1000)) };
}

/** uPlot's options for these curves and levels. Levels are further series, as constant as they are. */
export function options(curves: Curve[], levels: Level[], width: number, look: Look, read: (index: number | null) => void): uPlot.Options {
  const series: uPlot.Series[] = [
    {},
    ...curves.map((curve) => ({
      label: curve.name,
      stroke: colourOf(curve.colour),
      width: curve.marks ? 0 : (curve.width ?? 1.6),
      dash: curve.dashed ? [5, 4] : undefined,
      points: curve.marks ? { show: true, size: 7, width: 0, fill: colourOf(curve.colour) } : { show: false },
      show: !look.hidden.has(curve.name),
      spanGaps: false,
    })),
    ...levels.map((level) => ({
      label: level.name,
      stroke: colourOf(level.colour),
      width: 1.2,
      dash: [6, 5],
      points: { show: false },
      show: !look.hidden.has(level.name),
      spanGaps: true,
    })),
  ];
  return {
    width,
    height: look.height,
    series,
    scales: { x: { time: false }, y: { range: (_, low, high) => padded(low, high) } },
    axes: [axis(look, "x"), axis(look, "y")],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 } },
    hooks: { setSelect: [(plot) => plot.select.width > 0 && look.onZoom()], setCursor: [(plot) => read(plot.cursor.idx ?? null)] },
    padding: [10, 12, 0, 0],
  };
}

/** A little room above and below, also where everything is the same. */
export function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const room = high === low ? Math.abs(high) * 0.05 || 1 : (high - low) * 0.06;
  return [low - room, high + room];
}

/** What x is, in words. */
export function place(x: number | undefined, time: boolean, xName: string): string {
  if (x === undefined) return "";
  return time ? moment(x * 1000) : `${xName} ${x}`;
}
