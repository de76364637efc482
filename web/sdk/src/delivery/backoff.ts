/** How long to wait after failures. */

const FIRST = 500;
const LONGEST = 30_000;

/**
 * Milliseconds to wait after `failures` failures in a row: doubling, capped at 30 s, the upper half of it random.
 *
 * Offline it is the longest at once: the `online` event ends the wait. Browsers on a machine without a network say that
 * they are offline even when the server is on the same machine, so they are never believed without an attempt.
 */
export function backoff(failures: number): number {
  return Math.min(LONGEST, navigator.onLine ? FIRST * 2 ** failures : LONGEST) * (0.5 + Math.random() / 2);
}
