/**
 * What the server says, by topic: one for each slot, and the visitor's profile. Keeps the last value of each, and a copy
 * for when the server is away.
 *
 * The page's callbacks run as microtasks: what they throw is the page's own error and stops nothing here.
 */

import { attempt } from "../attempt";
import type { Storage } from "../storage";
import type { Stop } from "../types";
import type { Subscription } from "./transport/base";

/** No slot has an empty name. */
export const PROFILE = "";
const COPY = "befit_decisions";

interface Listener {
  topic: string;
  // biome-ignore lint/suspicious/noExplicitAny: the public API gives each topic its type
  callback(value: any): void;
  trace: boolean;
}

export interface Feed {
  // biome-ignore lint/suspicious/noExplicitAny: the public API gives each topic its type
  get(topic: string): any;
  subscribe(topic: string, callback: Listener["callback"], trace?: boolean): Stop;
  receive(topic: string, value: unknown): void;
  /** Gives topics that have no value the visitor's last one from another page, marked `stale`. */
  recall(): void;
  /** Another visitor. */
  forget(): void;
  /** What is subscribed, in order of name; undefined when nothing is. */
  wanted(): Pick<Subscription, "slots" | "trace" | "profile"> | undefined;
}

/** `visitor` tells whose values these are; `changed` is called when the subscriptions may have changed. */
export function createFeed(storage: Storage, visitor: () => string, changed: () => void): Feed {
  const known = new Map<string, unknown>();
  const listeners = new Set<Listener>();

  function tell(listener: Listener): void {
    const value = known.get(listener.topic);
    if (value) queueMicrotask(() => listeners.has(listener) && listener.callback(value));
  }
  function deliver(topic: string, value: unknown): void {
    if (JSON.stringify(known.get(topic)) === JSON.stringify(value)) return;
    known.set(topic, value);
    for (const listener of listeners) if (listener.topic === topic) tell(listener);
  }
  return {
    get: (topic) => known.get(topic),
    subscribe(topic, callback, trace = false) {
      const listener = { topic, callback, trace };
      listeners.add(listener);
      tell(listener);
      changed();
      return () => {
        listeners.delete(listener);
        changed();
      };
    },
    receive(topic, value) {
      deliver(topic, value);
      storage.set(COPY, JSON.stringify([visitor(), ...known]));
    },
    recall() {
      const [whose, ...copies] = attempt(() => JSON.parse(storage.get(COPY) ?? "")) ?? [];
      if (whose !== visitor()) return;
      for (const [topic, value] of copies) if (!known.has(topic)) deliver(topic, { ...value, stale: true });
    },
    forget: () => known.clear(),
    wanted() {
      const each = [...listeners];
      const topics = new Set(each.map(({ topic }) => topic).sort());
      const profile = topics.delete(PROFILE) || undefined;
      return each[0] && { slots: [...topics], trace: each.some(({ trace }) => trace) || undefined, profile };
    },
  };
}
