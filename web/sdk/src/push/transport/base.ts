/** What every transport fulfils: hold a subscription open, say what comes, end when it is over. */

import type { Decision, Profile } from "../../types";

/** The subscription as the server reads it. */
export interface Subscription {
  writeKey: string;
  anonymousId: string;
  userId?: string | undefined;
  identityToken?: string | undefined;
  slots: string[];
  trace?: true | undefined;
  profile?: true | undefined;
}

export interface Target extends Subscription {
  host: string;
  /** The cursor of the last message: the server then sends only what came after it. */
  since?: string | undefined;
}

/** What the server sends. A decision has a `slot`, the profile has none. */
export type Message = Decision | (Profile & { slot?: never });

export interface Sink {
  /** `cursor` is where to resume. */
  message(value: Message, cursor: string | undefined): void;
  /** Something came, be it a heartbeat. */
  alive(): void;
}

/** RFC 9457, as the server sends it. */
export interface Problem {
  status: number;
  detail?: string;
}

/**
 * Holds a subscription open until the signal. Resolves when it is over, to the server's problem if it said one. Rejects
 * when the network fails.
 */
export type Transport = (target: Target, sink: Sink, signal: AbortSignal) => Promise<Problem | undefined>;

export function addressOf(path: string, { host, trace, profile, ...rest }: Target, wait?: number): string {
  const query = new URLSearchParams();
  const fields = { ...rest, trace: trace && 1, profile: profile && 1, wait };
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, `${value}`);
  return `${host}${path}?${query}`;
}
