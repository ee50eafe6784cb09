/** Times in the reader's zone, with their relative forms, and durations. */

export type Instant = string | number | Date;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function millis(instant: Instant): number {
  return instant instanceof Date ? instant.getTime() : typeof instant === "number" ? instant : Date.parse(instant);
}

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const clockShort = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The whole truth, with the zone: for a tooltip. */
export function exactly(instant: Instant): string {
  return full.format(millis(instant));
}

/** With seconds: for a timeline. */
export function clockTime(instant: Instant): string {
  return clock.format(millis(instant));
}

/** As short as can be: the time on the same day, else day and time. */
export function moment(instant: Instant, now: number = Date.now()): string {
  const at = millis(instant);
  return day.format(at) === day.format(now) ? clockShort.format(at) : dayAndClock.format(at);
}

/** "just now", "40 s ago", "2 h ago", "in 5 min". */
export function relative(instant: Instant, now: number = Date.now()): string {
  const distance = now - millis(instant);
  const size = Math.abs(distance);
  if (Number.isNaN(distance)) return "";
  if (size < 5 * SECOND) return "just now";
  const text = coarse(size);
  return distance > 0 ? `${text} ago` : `in ${text}`;
}

/** One unit, rounded down: "40 s", "2 h", "3 d". */
export function coarse(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** Two units: "0.4 s", "48 s", "1 min 12 s", "3 h 5 min", "2 d 4 h". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 10) return `${(Math.round(seconds * 10) / 10).toString()} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return pair(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return pair(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3600), "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}

/** From one instant to another, or to now. */
export function between(start: Instant | null | undefined, end: Instant | null | undefined, now: number = Date.now()): string {
  if (start === null || start === undefined) return "–";
  return duration(Math.max(0, ((end === null || end === undefined ? now : millis(end)) - millis(start)) / 1000));
}
