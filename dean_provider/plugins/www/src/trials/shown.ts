/** A setting as people read it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return new Intl.NumberFormat(undefined, { maximumFractionDigits: 10 }).format(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
