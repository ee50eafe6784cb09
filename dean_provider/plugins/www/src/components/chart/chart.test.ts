import { describe, expect, it } from "vitest";

import { padded, place } from "./options";
import { summary } from "./summary";

const format = (value: number) => value.toFixed(1);
const at = (x: number | undefined) => place(x, false, "generation");

describe("a chart in words", () => {
  it("says where each curve begins, ends and lies", () => {
    const curves = [{ name: "best", values: [5, 3, null, 4], colour: "--best" }, { name: "none", values: [null, null, null, null], colour: "--best" }];
    const told = summary([0, 1, 2, 3], curves, [{ name: "best fit", value: 5.4, colour: "--warn" }], format, at);
    expect(told).toBe("From generation 0 to generation 3. best: from 5.0 to 4.0, between 3.0 and 5.0. none: no values. best fit: 5.4.");
  });

  it("is empty without values", () => {
    expect(summary([], [], [], format, at)).toBe("No values yet.");
  });

  it("takes no noticeable time for 100,000 points", () => {
    const x = Float64Array.from({ length: 100_000 }, (_, index) => index);
    const began = performance.now();
    summary(x, [{ name: "best", values: x, colour: "--best" }], [], format, at);
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe("a scale", () => {
  it("has room above and below, also for a single value and for none", () => {
    expect(padded(0, 10)).toEqual([-0.6, 10.6]);
    expect(padded(5, 5)).toEqual([4.75, 5.25]);
    expect(padded(0, 0)).toEqual([-1, 1]);
    expect(padded(null, null)).toEqual([0, 1]);
  });
});
