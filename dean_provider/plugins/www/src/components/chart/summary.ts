import type { Curve, Level } from "./options";

/** What the curves say, in words: where each begins, ends, and lies between. */
export function summary(
  x: ArrayLike<number>,
  curves: Curve[],
  levels: Level[],
  format: (value: number) => string,
  place: (x: number | undefined) => string,
): string {
  if (x.length === 0) return "No values yet.";
  const range = `From ${place(x[0])} to ${place(x[x.length - 1])}.`;
  const told = curves.map((curve) => {
    const found = extent(curve.values);
    if (!found) return `${curve.name}: no values.`;
    return `${curve.name}: from ${format(found.first)} to ${format(found.last)}, between ${format(found.low)} and ${format(found.high)}.`;
  });
  return [range, ...told, ...levels.map((level) => `${level.name}: ${format(level.value)}.`)].join(" ");
}

function extent(values: ArrayLike<number | null>): { first: number; last: number; low: number; high: number } | null {
  let found: { first: number; last: number; low: number; high: number } | null = null;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    found ??= { first: value, last: value, low: value, high: value };
    found.last = value;
    if (value < found.low) found.low = value;
    if (value > found.high) found.high = value;
  }
  return found;
}
