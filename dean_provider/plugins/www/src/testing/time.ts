import { act } from "@testing-library/react";
import { vi } from "vitest";

/** Have the clock stand still but for `pass`. */
export function holdTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
}

/** Let so many milliseconds go by, and what was asked for meanwhile be answered. */
export async function pass(milliseconds: number): Promise<void> {
  for (let gone = 0; gone < milliseconds; gone += 100) {
    await act(async () => {
      await vi.advanceTimersByTimeAsync(100);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    });
  }
}
