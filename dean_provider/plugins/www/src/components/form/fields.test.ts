import { describe, expect, it } from "vitest";

import { SchemaCheck } from "@/views/new-trial/validation";

import { fieldOf, parsed, rangeOf, written } from "./fields";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", pattern: "^[a-z]+$", title: "Name" },
    seed: { anyOf: [{ type: "integer", minimum: 0, maximum: 10 }, { type: "null" }], title: "Seed" },
    rate: { type: "number", minimum: 0, maximum: 1 },
    method: { type: "string", enum: ["rank", "roulette"] },
    seeds: { type: "array", items: { type: "string" }, maxItems: 2 },
    labels: { type: "object", additionalProperties: { type: "string", maxLength: 5 } },
  },
} as const;

const field = (name: keyof typeof SCHEMA.properties) => fieldOf(name, SCHEMA.properties[name] as unknown as Record<string, unknown>, { choices: { rank: "By rank" } });

describe("a field", () => {
  it("is made from its part of the schema", () => {
    expect(field("seed")).toMatchObject({ kind: "whole", optional: true, title: "Seed" });
    expect(field("method").choices).toEqual([["rank", "By rank"], ["roulette", "roulette"]]);
    expect(rangeOf(field("seed").schema)).toBe("0 to 10");
    expect(rangeOf({ minimum: 0, maximum: 2 ** 53 })).toBe("at least 0");
  });

  it.each([
    ["seed", "7", { value: 7 }],
    ["seed", " ", { nothing: true }],
    ["seed", "7.5", { wrong: "must be a whole number", value: "7.5" }],
    ["rate", "1e-3", { value: 0.001 }],
    ["rate", "much", { wrong: "must be a number", value: "much" }],
    ["seeds", "a, b\nc", { value: ["a", "b", "c"] }],
    ["labels", "team=a\n\ntry = 2", { value: { team: "a", try: "2" } }],
    ["labels", '{"a": 1}', { value: { a: 1 } }],
    ["labels", "nothing", { wrong: "must be key=value line by line, or JSON", value: "nothing" }],
    ["labels", "{", { wrong: "must be JSON, or key=value line by line", value: "{" }],
  ] as const)("%s reads %j", (name, text, expected) => {
    expect(parsed(field(name), text)).toEqual(expected);
  });

  it("writes what it reads", () => {
    for (const [name, value] of [["labels", { team: "a", try: "2" }], ["labels", { a: 1 }], ["seeds", ["a", "b"]], ["seed", 3]] as const) {
      const text = written(field(name).kind, value);
      expect(parsed(field(name), text)).toEqual({ value });
    }
  });
});

describe("a check by the schema", () => {
  const check = new SchemaCheck(SCHEMA as unknown as Record<string, unknown>);
  const rules = (config: Record<string, unknown>) => check.problems(config).map((problem) => `${problem.field} ${problem.rule}`);

  it("says what must hold, field by field", () => {
    expect(rules({ name: "Bad Name", seed: 11, rate: -1 })).toEqual(["name must match ^[a-z]+$", "seed must be at most 10", "rate must be at least 0"]);
    expect(rules({ seed: "7.5" })).toEqual(["seed must be a whole number"]);
    expect(rules({ method: "lottery" })).toEqual(["method must be one of rank, roulette"]);
    expect(rules({ seeds: ["a", "b", "c"] })).toEqual(["seeds may have at most 2 entries"]);
    expect(rules({ labels: { team: "far too long" } })).toEqual(["labels team: is too long"]);
  });

  it("has nothing against what is right", () => {
    expect(rules({ name: "fine", seed: 3, rate: 0.5, method: "rank", seeds: [], labels: { a: "b" } })).toEqual([]);
  });
});
