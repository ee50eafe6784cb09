/** A recorded event's name in words: generation.completed → Generation completed. */
export function eventWords(eventType: string): string {
  const words = eventType.replaceAll(/[._]/g, " ");
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

/** What an event says, in a line: its fields with their values, the nested ones left out. */
export function detailWords(details: Record<string, unknown>): string {
  return Object.entries(details)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value) && value !== "")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${String(value)}`)
    .join(" · ");
}
