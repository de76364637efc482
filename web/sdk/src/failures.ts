/** Where everything that goes wrong ends up: the page's `onError`, or the console when nobody listens. */

import type { Failure, Stop } from "./types";

export type Report = (code: Failure["code"], detail?: unknown) => void;

export interface Failures {
  report: Report;
  listen(callback: (failure: Failure) => void): Stop;
}

export function createFailures(): Failures {
  const listeners = new Set<(failure: Failure) => void>();
  return {
    report(code, detail) {
      if (!listeners.size) console.warn("befit:", code, detail);
      for (const listener of listeners) queueMicrotask(() => listener({ code, detail }));
    },
    listen(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
  };
}
