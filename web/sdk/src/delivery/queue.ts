/**
 * Events on their way to the server: batched, retried with the same message ids, bounded, and kept across pages.
 *
 * A batch stays queued until the server answers, so what fails is sent again as it is; the server knows message ids and
 * takes none twice. One batch is under way at a time, so events arrive in order.
 */

import { attempt } from "../attempt";
import type { Report } from "../failures";
import type { Storage } from "../storage";
import type { Options, Props } from "../types";
import { backoff } from "./backoff";
import { answerOf, mayPass } from "./response";
import { createShelf } from "./shelf";

/** Bytes. The server's limits are 32 kB and 500 kB; browsers let 64 KiB of beacons outlive their page. */
const LARGEST_EVENT = 32_000;
const LARGEST_BATCH = 480_000;
const LARGEST_BEACON = 60_000;
/** Milliseconds. */
const TIMEOUT = 15_000;

export interface Queue {
  push(event: Props): void;
  /** Resolves when all that was queued is delivered, or one attempt at it has failed. */
  flush(): Promise<void>;
  /** The page may go any moment: hands everything to the browser, and stores what may not arrive. */
  part(): void;
}

export interface QueueOptions extends Options {
  host: string;
  storage: Storage;
  report: Report;
  signal: AbortSignal;
}

export function createQueue(options: QueueOptions): Queue {
  const { host, writeKey, flushInterval = 50, maxEvents = 1000, storage, report, signal } = options;
  const url = `${host}/v1/batch`;
  const shelf = createShelf(storage, `befit_queue_${writeKey}`);
  /** Serialized events, oldest first. */
  let waiting = shelf.read();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | undefined;
  let failed = 0;
  let lost = 0;

  function push(event: Props): void {
    const json = attempt(() => JSON.stringify(event));
    if (json && sizeOf(json) <= LARGEST_EVENT) waiting.push(json);
    else report("event-unusable", event);
    if (waiting.length > maxEvents) {
      drop(waiting.slice(0, 1));
      report("queue-full", ++lost);
    }
    schedule();
  }
  function schedule(): void {
    if (waiting[0]) timer ??= setTimeout(flush, flushInterval);
  }
  function drop(events: string[]): void {
    const gone = new Set(events);
    waiting = waiting.filter((event) => !gone.has(event));
    shelf.change((events) => events.filter((event) => !gone.has(event)));
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
    return sending;
  }
  async function sendAll(): Promise<void> {
    while (waiting[0] && !signal.aborted) {
      const batch = take(waiting, LARGEST_BATCH);
      if (!(await post(batch).catch(() => false))) {
        clearTimeout(timer);
        timer = setTimeout(flush, backoff(failed++));
        return;
      }
      failed = 0;
      drop(batch);
    }
  }
  /** Sends one batch: whether the server has dealt with it, be it by refusing. */
  async function post(batch: string[]): Promise<boolean> {
    // A plain string goes as text/plain, which needs no preflight on another origin.
    const response = await fetch(url, { method: "POST", body: bodyOf(batch), signal: AbortSignal.timeout(TIMEOUT) });
    if (mayPass(response)) return false;
    const answer = await answerOf(response);
    if (!response.ok) report("batch-refused", answer);
    for (const rejection of answer?.rejected ?? []) report("event-rejected", rejection);
    return true;
  }
  function bodyOf(batch: string[]): string {
    const envelope = JSON.stringify({ writeKey, sentAt: new Date() });
    return `${envelope.slice(0, -1)},"batch":[${batch}]}`;
  }

  function part(): void {
    let rest = waiting;
    while (rest[0]) {
      const batch = take(rest, LARGEST_BEACON);
      if (!navigator.sendBeacon?.(url, bodyOf(batch))) break;
      rest = rest.slice(batch.length);
    }
    // While the server is away nobody knows whether a beacon arrives: keep the events too, it takes none twice.
    if (!failed && navigator.onLine) waiting = rest;
    shelf.change((events) => [...new Set([...events, ...waiting])].slice(-maxEvents));
  }

  addEventListener("online", flush, { signal });
  schedule();
  return { push, flush, part };
}

const sizeOf = (text: string) => new TextEncoder().encode(text).length;

/** The first events that fit into `limit` bytes; at least one. */
function take(events: string[], limit: number): string[] {
  let size = 0;
  const end = events.findIndex((event, index) => {
    size += sizeOf(event);
    return index && size > limit;
  });
  return events.slice(0, end < 0 ? events.length : end);
}
