/** Time that passes only when a test says so, over a network that stays real. */

import { afterEach, beforeEach, vi } from "vitest";
import { turn } from "./until";

/** Call it at the top of a test file. */
export function stopTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Lets `ms` pass, a little at a time, while the network keeps up. */
export async function pass(ms: number): Promise<void> {
  const step = ms > 10_000 ? 1_000 : 250;
  for (let left = ms; left > 0; left -= step) {
    await vi.advanceTimersByTimeAsync(Math.min(step, left));
    await turn();
    await turn();
  }
}
/** Lets time pass until something holds. */
export async function eventually<T>(condition: () => T, longest = 120_000): Promise<NonNullable<T>> {
  for (let passed = 0; passed <= longest; passed += 250) {
    const value = condition();
    if (value) return value;
    await pass(250);
  }
  throw new Error(`not within ${longest} ms: ${condition}`);
}
