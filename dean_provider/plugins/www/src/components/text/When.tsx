import { exactly, millis, moment, relative, type Instant } from "@/format/time";
import { useNow } from "@/format/useNow";

/** A time: relative and counting, or as a clock shows it, with the exact time in the reader's zone at hand. */
export function When({ at, form = "relative" }: { at: Instant | null | undefined; form?: "relative" | "moment" }) {
  const now = useNow();
  if (at === null || at === undefined) return <span className="dim">never</span>;
  return (
    <time dateTime={new Date(millis(at)).toISOString()} title={exactly(at)}>
      {form === "relative" ? relative(at, now) : moment(at, now)}
    </time>
  );
}
