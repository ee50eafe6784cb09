import { describe, expect, it } from "vitest";

import { bytes, count, figure, latency, percent, plural, withUnit } from "./number";
import { between, coarse, duration, relative } from "./time";

describe("numbers", () => {
  it.each([
    [count(12345), "12,345"],
    [count(null), "–"],
    [figure(3.14159), "3.142"],
    [figure(123456.7), "123,457"],
    [figure(0), "0"],
    [figure(0.00001234), "1.23e-5"],
    [figure(-0.5), "-0.5"],
    [figure(Number.NaN), "–"],
    [percent(0.624), "62 %"],
    [latency(0.0018), "1.8 ms"],
    [latency(0.0123), "12 ms"],
    [latency(2.51), "2.5 s"],
    [bytes(1536), "1.5 KiB"],
    [bytes(100), "100 B"],
    [withUnit(0.5, "ratio"), "50.0 %"],
    [withUnit(12, "tokens"), "12 tokens"],
    [withUnit(undefined, "tokens"), "–"],
    [plural(1, "trial"), "1 trial"],
    [plural(2000, "trial"), "2,000 trials"],
  ])("%s", (made, wanted) => expect(made).toBe(wanted));
});

describe("times", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");

  it.each([
    [relative("2026-11-26T11:59:58Z", now), "just now"],
    [relative("2026-11-26T11:59:20Z", now), "40 s ago"],
    [relative("2026-11-26T09:30:00Z", now), "2 h ago"],
    [relative("2026-11-20T12:00:00Z", now), "6 d ago"],
    [relative("2026-11-26T12:05:00Z", now), "in 5 min"],
    [relative("nonsense", now), ""],
    [coarse(59_999), "59 s"],
    [duration(0.42), "0.4 s"],
    [duration(72), "1 min 12 s"],
    [duration(3600), "1 h"],
    [duration(187_200), "2 d 4 h"],
    [duration(null), "–"],
    [duration(-1), "–"],
    [between("2026-11-26T11:00:00Z", null, now), "1 h"],
    [between(null, null, now), "–"],
  ])("%s", (made, wanted) => expect(made).toBe(wanted));
});
