/** Numbers with their units, as the reader's language writes them. A value that is not known is a dash, never a zero. */

type Maybe = number | null | undefined;

export const UNKNOWN = "–";
const NARROW = " ";

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const compactForm = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

const made = new Map<string, Intl.NumberFormat>();

/** One for each form: making it takes a hundred times as long as using it. */
function formatter(form: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(form);
  const found = made.get(key) ?? new Intl.NumberFormat(undefined, form);
  made.set(key, found);
  return found;
}

function known(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** 12,345 */
export function count(value: Maybe): string {
  return known(value) ? whole.format(value) : UNKNOWN;
}

/** 1.2M: where space is short. */
export function compact(value: Maybe): string {
  return known(value) ? compactForm.format(value) : UNKNOWN;
}

/** About four significant digits: 3.142, 0.02913, 12,345. */
export function figure(value: Maybe, digits = 4): string {
  if (!known(value)) return UNKNOWN;
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(2);
  if (Math.abs(value) >= 1e15) return value.toExponential(3);
  return formatter({ maximumSignificantDigits: Math.max(digits, integerDigits(value)) }).format(value);
}

function integerDigits(value: number): number {
  return Math.min(21, Math.max(1, Math.floor(Math.log10(Math.abs(value) || 1)) + 1));
}

/** With exactly so many decimals. */
export function fixed(value: Maybe, decimals: number): string {
  return known(value) ? formatter({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value) : UNKNOWN;
}

/** 0.62 → 62 % */
export function percent(share: Maybe, decimals = 0): string {
  return known(share) ? `${fixed(share * 100, decimals)}${NARROW}%` : UNKNOWN;
}

/** 0.0123 → 12 ms */
export function latency(seconds: Maybe): string {
  if (!known(seconds)) return UNKNOWN;
  if (seconds < 0.0095) return `${fixed(seconds * 1000, 1)}${NARROW}ms`;
  if (seconds < 1) return `${count(seconds * 1000)}${NARROW}ms`;
  return `${fixed(seconds, 1)}${NARROW}s`;
}

/** 1536 → 1.5 KiB */
export function bytes(value: Maybe): string {
  if (!known(value)) return UNKNOWN;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit ? fixed(size, size < 10 ? 1 : 0) : count(size)}${NARROW}${units[unit]}`;
}

/** A value with the unit a metric declares. */
export function withUnit(value: Maybe, unit: string): string {
  if (!known(value)) return UNKNOWN;
  if (unit === "seconds" || unit === "s") return latency(value);
  if (unit === "bytes") return bytes(value);
  if (unit === "ratio") return percent(value, 1);
  if (unit === "%") return `${figure(value)}${NARROW}%`;
  return unit ? `${figure(value)}${NARROW}${unit}` : figure(value);
}

/** "1 trial", "2 trials". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
