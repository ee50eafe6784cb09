import { describe, expect, it } from "vitest";

import { Due } from "./due";

describe("what is due", () => {
  it("is first what was heard of, each once, and no more than asked for", () => {
    const due = new Due();
    ["a", "b", "a", "c"].forEach((id) => due.hear(id));
    expect(due.take(2, 0, ["z"])).toEqual(["a", "b"]);
    expect(due.take(2, 0, ["z"])).toEqual(["c", "z"]);
    expect(due.take(2, 0)).toEqual([]);
  });

  it("is what could not be read again after a while, unless it is heard of before", () => {
    const due = new Due();
    due.later("a", 5_000);
    expect(due.take(9, 4_999)).toEqual([]);
    expect(due.waiting).toBe(true);
    expect(due.take(9, 5_000)).toEqual(["a"]);
    due.hear("b");
    due.later("b", 9_000);
    expect(due.take(9, 5_000)).toEqual(["b"]);
  });

  it("goes round among those of which nothing can be heard, those that were read otherwise last", () => {
    const due = new Due();
    const open = Array.from({ length: 50 }, (_, index) => `t${index}`);
    due.read("t0", 1);
    const rounds = [2, 3, 4].flatMap((now) => due.take(20, now, open));
    expect(new Set(rounds.slice(0, 50))).toEqual(new Set(open));
    expect(rounds[49]).toBe("t0");
    expect(rounds.slice(50)).toEqual(open.slice(1, 11));
  });

  it("is nothing of what is not listed", () => {
    const due = new Due();
    due.hear("a");
    due.hear("stranger");
    expect(due.only(new Set(["a"]))).toBe(true);
    expect(due.only(new Set(["a"]))).toBe(false);
    expect(due.take(9, 0)).toEqual(["a"]);
  });
});
