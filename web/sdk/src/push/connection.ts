/**
 * One connection for everything that is subscribed, over the best transport that works here.
 *
 * A transport that fails to open twice gives way to the next one; the best is tried again later. Between attempts the
 * wait grows. Whatever transport comes next, it resumes from the last message's cursor.
 */

import { backoff } from "../delivery/backoff";
import { mayPass } from "../delivery/response";
import type { Report } from "../failures";
import type { Storage } from "../storage";
import type { Status, TransportName } from "../types";
import type { Message, Problem, Subscription, Transport } from "./transport/base";
import { poll } from "./transport/poll";
import { sse } from "./transport/sse";
import { websocket } from "./transport/websocket";

const TRANSPORTS: Record<TransportName, Transport> = { sse, websocket, poll };
/** Milliseconds until the first byte must come, and the longest silence after it; heartbeats come every 15 s. */
const OPENING = 5_000;
const SILENCE = 40_000;
/** Failures to open before the next transport's turn: one that worked on this page is given more, as a server restarts. */
const FAILURES = 2;
const FAILURES_PROVEN = 4;
/** How long a lesser transport is used before the best is tried again. */
const RETRY_BEST = 300_000;
/** The lesser transport that works here, so that the next page starts with it. */
const REMEMBERED = "befit_transport";

export interface Connection {
  /** What is wanted may have changed: connects anew, a tick later, if it has. */
  update(): void;
  /** Gives the connection up, or takes it up again where it was. */
  pause(paused: boolean): void;
  readonly status: Status;
}

export interface ConnectionOptions {
  host: string;
  /** Best first; at least one. */
  transports: TransportName[];
  storage: Storage;
  /** What is wanted now; undefined when nothing is. */
  wanted(): Subscription | undefined;
  message(value: Message): void;
  /** An attempt to connect failed. */
  away(): void;
  report: Report;
  signal: AbortSignal;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { host, transports, storage, wanted, message, away, report, signal } = options;
  const proven = new Set<number>();
  let index = Math.max(0, transports.indexOf(storage.get(REMEMBERED) as TransportName));
  let status: Status = "idle";
  /** The subscription last tried, as JSON. */
  let tried: string | undefined;
  let cursor: string | undefined;
  let failures = 0;
  let attempts = 0;
  let retryBest = 0;
  let paused = false;
  let attempt = new AbortController();
  /** While there is a connection, or an attempt at one: gives it up. Otherwise: makes the next attempt. */
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(next: Status): void {
    clearTimeout(timer);
    attempt.abort();
    status = next;
  }

  function connect(): void {
    stop("idle");
    const subscription = wanted();
    tried = JSON.stringify(subscription);
    if (paused || !subscription) return;
    status = "connecting";
    attempt = new AbortController();
    const { signal } = attempt;
    const name = transports[index] as TransportName;
    function alive(): void {
      if (signal.aborted) return;
      clearTimeout(timer);
      timer = setTimeout(over, SILENCE);
      if (status !== name) established(name);
      else if (index && Date.now() > retryBest) tryBest();
      else attempts = 0;
    }
    function over(problem?: Problem): void {
      if (signal.aborted) return;
      const opened = status === name;
      stop(navigator.onLine ? "connecting" : "offline");
      if (problem?.status && !mayPass(problem)) {
        status = "refused";
        report("stream-refused", problem); // Nothing more is tried until something else is wanted.
      } else {
        if (!opened) failed();
        timer = setTimeout(connect, backoff(attempts++));
      }
    }
    function receive(value: Message, id: string | undefined): void {
      if (signal.aborted) return;
      cursor = id ?? cursor;
      message(value);
    }
    timer = setTimeout(over, OPENING);
    const target = { ...subscription, host, since: cursor };
    TRANSPORTS[name](target, { alive, message: receive }, signal).then(over, () => over());
  }

  function established(name: TransportName): void {
    status = name;
    failures = 0;
    proven.add(index);
    storage.set(REMEMBERED, index ? name : "");
    retryBest = Date.now() + RETRY_BEST;
  }
  function tryBest(): void {
    index = 0;
    failures = FAILURES_PROVEN; // One failure is enough to go on with the others.
    connect();
  }
  function failed(): void {
    away();
    if (++failures < (proven.has(index) ? FAILURES_PROVEN : FAILURES)) return;
    index = (index + 1) % transports.length;
    failures = 0;
  }

  function update(): void {
    if (tried === JSON.stringify(wanted())) return;
    cursor = undefined;
    attempts = failures = 0;
    connect();
  }

  addEventListener("online", () => status === "offline" && connect(), { signal });
  return {
    update: () => void setTimeout(update),
    pause(next) {
      if (paused === next) return;
      paused = next;
      connect();
    },
    get status() {
      return status;
    },
  };
}
