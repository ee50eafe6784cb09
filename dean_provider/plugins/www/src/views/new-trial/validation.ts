import { Validator, type OutputUnit, type Schema } from "@cfworker/json-schema";

import { own, type FieldProblem, type JsonSchema } from "@/components/form/fields";

/** What a schema has against settings, field by field, in a person's words. No code is made of the schema: the page's policy forbids that. */
export class SchemaCheck {
  private readonly properties: Record<string, JsonSchema>;

  constructor(schema: JsonSchema) {
    this.properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
  }

  problems(config: Record<string, unknown>): FieldProblem[] {
    return Object.entries(config).flatMap(([name, value]) => {
      const schema = this.properties[name];
      return schema ? this.of(name, own(schema), value) : [];
    });
  }

  private of(name: string, schema: JsonSchema, value: unknown): FieldProblem[] {
    const { valid, errors } = new Validator(schema as Schema, "2020-12", false).validate(value);
    if (valid) return [];
    // The last error of each place is the one that says what is wrong there; those before it only say where.
    const leaves = errors.filter((error) => !errors.some((other) => other !== error && other.keywordLocation.startsWith(`${error.keywordLocation}/`)));
    const said = [...new Set((leaves.length > 0 ? leaves : errors).map((error) => ruleOf(error, schema)))];
    return said.map((rule) => ({ field: name, value: null, rule, suggestion: "" }));
  }
}

const NAMED: Record<string, string> = { integer: "a whole number", number: "a number", string: "text", boolean: "yes or no", array: "a list", object: "key=value pairs" };

function ruleOf(error: OutputUnit, schema: JsonSchema): string {
  const where = error.instanceLocation.replace(/^#\/?/, "");
  const at = where ? `${where}: ` : "";
  const limit = schema[error.keyword];
  switch (error.keyword) {
    case "minimum":
      return `${at}must be at least ${String(limit)}`;
    case "maximum":
      return `${at}must be at most ${String(limit)}`;
    case "exclusiveMinimum":
      return `${at}must be above ${String(limit)}`;
    case "exclusiveMaximum":
      return `${at}must be below ${String(limit)}`;
    case "maxLength":
      return where ? `${at}is too long` : `must have at most ${String(limit)} characters`;
    case "pattern":
      return where ? `${at}has characters that are not allowed` : `must match ${String(limit)}`;
    case "type":
      return `${at}must be ${NAMED[String(limit)] ?? "of another kind"}`;
    case "enum":
      return `${at}must be one of ${(limit as unknown[] | undefined)?.join(", ") ?? "what is offered"}`;
    case "maxItems":
    case "maxProperties":
      return `${at}may have at most ${String(limit)} entries`;
    default:
      return `${at}is not allowed here`;
  }
}
