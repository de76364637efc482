import { expect, inject, test } from "vitest";

const KB = 1_000;

test.each([
  ["the core", "core.ts", 5 * KB],
  ["the core with <befit-slot>", "index.ts", 5.8 * KB],
  ["the script tag, everything in it", "script.ts", 6 * KB],
  ["conditions on the device", "conditions.ts", 10 * KB],
])("%s (%s) stays within %d bytes, minified and gzipped", (_, file, budget) => {
  expect(inject("weights")[file]).toBeLessThanOrEqual(budget);
  expect(inject("weights")[file]).toBeGreaterThan(1 * KB);
});
