/** A setting as people read it: as it would be typed, mappings as key=value. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.length > 0 ? value.map(shown).join(", ") : "–";
  const entries = Object.entries(value);
  return entries.length > 0 ? entries.map(([key, item]) => `${key}=${typeof item === "object" ? JSON.stringify(item) : String(item)}`).join(", ") : "–";
}
