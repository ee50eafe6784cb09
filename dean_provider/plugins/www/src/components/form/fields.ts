import type { Model } from "@/api/client";

export type JsonSchema = Record<string, unknown>;
export type FieldProblem = Model<"ValidationProblem">;
type Form = Model<"TrialForm">;

export type Kind = "whole" | "number" | "truth" | "choice" | "text" | "list" | "mapping";

/** One setting as a form needs it. */
export interface Field {
  name: string;
  title: string;
  help: string;
  kind: Kind;
  /** Whether it may be emptied. */
  optional: boolean;
  /** Value and what it says, where there are few. */
  choices: [string, string][];
  schema: JsonSchema;
  example: unknown;
}

/** The part of a schema that is not null. */
export function own(schema: JsonSchema): JsonSchema {
  const { anyOf: variants, ...rest } = schema as { anyOf?: JsonSchema[] };
  const only = variants?.find((variant) => variant["type"] !== "null");
  return only ? { ...rest, ...only } : schema;
}

export function kindOf(schema: JsonSchema): Kind {
  if (Array.isArray(schema["enum"])) return "choice";
  switch (schema["type"]) {
    case "integer":
      return "whole";
    case "number":
      return "number";
    case "boolean":
      return "truth";
    case "array":
      return "list";
    case "object":
      return "mapping";
    default:
      return "text";
  }
}

export function fieldOf(name: string, schema: JsonSchema, { choices = {}, example }: { choices?: Record<string, string>; example?: unknown } = {}): Field {
  const inner = own(schema);
  const values = (inner["enum"] as unknown[] | undefined) ?? [];
  return {
    name,
    title: (schema["title"] as string | undefined) ?? name,
    help: (schema["description"] as string | undefined) ?? "",
    kind: kindOf(inner),
    optional: Boolean((schema["anyOf"] as JsonSchema[] | undefined)?.some((variant) => variant["type"] === "null")),
    choices: values.map((value) => [String(value), choices[String(value)] ?? String(value)]),
    schema: inner,
    example,
  };
}

/** Every setting of a trial, in the order of the form's sections. */
export function fieldsOf(form: Form): Field[] {
  const properties = (form.json_schema["properties"] ?? {}) as Record<string, JsonSchema>;
  return form.sections
    .flatMap((section) => section.fields)
    .map((name) => fieldOf(name, properties[name] ?? {}, { choices: form.choices[name], example: form.examples?.[name] }));
}

/** The range a value must lie in, in words; empty where there is none. */
export function rangeOf(schema: JsonSchema): string {
  const low = schema["minimum"] as number | undefined;
  const most = schema["maximum"] as number | undefined;
  // A bound that is only there to keep numbers representable tells a reader nothing.
  const high = most !== undefined && most > 1e9 ? undefined : most;
  const text = (value: number) => new Intl.NumberFormat(undefined, { maximumFractionDigits: 10 }).format(value);
  if (low !== undefined && high !== undefined) return `${text(low)} to ${text(high)}`;
  if (low !== undefined) return `at least ${text(low)}`;
  return high === undefined ? "" : `at most ${text(high)}`;
}

/** A value as a person writes it into a field. */
export function written(kind: Kind, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (kind === "list" && Array.isArray(value)) return value.join(", ");
  if (kind === "mapping") {
    const entries = Object.entries(value as Record<string, unknown>);
    if (entries.length === 0) return "";
    const flat = entries.every(([, item]) => typeof item === "string" && !item.includes("\n"));
    return flat ? entries.map(([key, item]) => `${key}=${item as string}`).join("\n") : JSON.stringify(value, null, 2);
  }
  return String(value);
}

/** What was written: a value, nothing, or what is wrong with it before anybody is asked. */
export type Parsed = { value: unknown } | { nothing: true } | { wrong: string; value: unknown };

export function parsed(field: Field, text: string): Parsed {
  const trimmed = text.trim();
  if (trimmed === "") return { nothing: true };
  switch (field.kind) {
    case "whole":
      return /^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(Number(trimmed)) ? { value: Number(trimmed) } : { wrong: "must be a whole number", value: trimmed };
    case "number":
      return Number.isFinite(Number(trimmed)) ? { value: Number(trimmed) } : { wrong: "must be a number", value: trimmed };
    case "truth":
      return { value: trimmed === "true" };
    case "list":
      return { value: trimmed.split(/[,\n]/).map((item) => item.trim()).filter(Boolean) };
    case "mapping":
      return mapping(trimmed);
    default:
      return { value: trimmed };
  }
}

function mapping(text: string): Parsed {
  if (text.startsWith("{")) {
    try {
      return { value: JSON.parse(text) as unknown };
    } catch {
      return { wrong: "must be JSON, or key=value line by line", value: text };
    }
  }
  const pairs = text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => [line, line.indexOf("=")] as const);
  if (pairs.some(([, equals]) => equals < 1)) return { wrong: "must be key=value line by line, or JSON", value: text };
  return { value: Object.fromEntries(pairs.map(([line, equals]) => [line.slice(0, equals).trim(), line.slice(equals + 1).trim()])) };
}
