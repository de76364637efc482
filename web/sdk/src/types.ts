/** The words of the public API: events go out, decisions come in. */

/** Free-form attributes of an event, a visitor or a module. */
export type Props = Record<string, unknown>;

/** One branch that the server looked at on its way to a decision. */
export interface Step {
  rule: string;
  when: string;
  /** `chosen`, `false`, `missing`, `capped`, `cooling` or `error` */
  outcome: string;
  where?: string;
  values?: Props;
  why?: string;
}

/** What one slot shows: a module, its type, variant and props, and why. */
export interface Decision<P = Props, S extends string = string> {
  slot: S;
  module: string;
  type: string;
  variant: string;
  props: P;
  decisionId: string;
  reason: string;
  release: string;
  /** The chance with which it was chosen; 1 when absent. */
  propensity?: number;
  /** True when it comes from a cache because the server, or its store, was away. */
  stale?: boolean;
  /** Only when it was asked for. */
  trace?: Step[];
}

/** What the site lets browsers read of the visitor's profile. */
export interface Profile {
  signals: Props;
  tags: unknown;
  traits: Props;
  /** True when it is the last visit's, because the server is away. */
  stale?: boolean;
}

export type TransportName = "sse" | "websocket" | "poll";

/** The transport in use, or why there is none. `idle`: nothing is subscribed; `refused`: the server said no, see `onError`. */
export type Status = TransportName | "idle" | "connecting" | "offline" | "refused";

/**
 * Something that went wrong. Nothing throws into the page; it comes here, or to the console when nobody listens.
 *
 * code            detail
 * event-unusable  the event: over 32 kB, or not JSON; it was dropped
 * event-rejected  the server's `{index, messageId, field, detail}`: it keeps the event as a dead letter
 * batch-refused   the server's problem (RFC 9457); the batch was dropped
 * queue-full      how many events were dropped so far, oldest first
 * stream-refused  the server's problem; nothing is tried again until the subscriptions or the visitor change
 * callback        what the `page` option threw
 */
export interface Failure {
  code: "event-unusable" | "event-rejected" | "batch-refused" | "queue-full" | "stream-refused" | "callback";
  detail?: unknown;
}

export interface Options {
  writeKey: string;
  /** The server's origin. Default: this page's. */
  host?: string;
  /** Default: the one of the last visit, or a new one. */
  anonymousId?: string;
  userId?: string;
  /** A signed token (JWT) whose `sub` is `userId`. */
  identityToken?: string;
  /** Send page views by itself: at load, on History API calls and on return from the back/forward cache. Default: true. */
  autoPage?: boolean;
  /** Called at each automatic page view: the properties to send with it. */
  page?: () => Props;
  /** In order of preference. Default: `["sse", "websocket", "poll"]`. */
  transports?: TransportName[];
  /** The longest time an event waits for company, in milliseconds. Default: 50. */
  flushInterval?: number;
  /** The most events kept while the server is away; the oldest go first. Default: 1000. */
  maxEvents?: number;
}

/** Makes the DOM of one module type. */
export type Renderer<P = Props> = (props: P, decision: Decision<P>) => Node;

export type Stop = () => void;

type Slot<S> = keyof S & string;

/** The core: events out, decisions in. `S` maps slot names to the props of what they show. */
export interface Client<S extends object = Record<string, Props>> {
  page(name?: string, properties?: Props): void;
  page(properties: Props): void;
  track(event: string, properties?: Props): void;
  /** Says who the visitor is; `undefined` keeps them anonymous and sets traits only. */
  identify(userId: string | undefined, traits?: Props, identityToken?: string): void;
  alias(userId: string, previousId?: string): void;
  group(groupId: string, traits?: Props): void;
  /** Forgets the visitor: a new anonymousId, no userId, a new page view. */
  reset(): void;
  /** Resolves when all that was queued is delivered, or one attempt at it has failed. */
  flush(): Promise<void>;
  /** Calls back with the slot's decision now, if known, and whenever it changes. */
  subscribe<K extends Slot<S>>(
    slot: K,
    callback: (decision: Decision<S[K], K>) => void,
    options?: { trace?: boolean },
  ): Stop;
  /** The decision last received for a slot. */
  decision<K extends Slot<S>>(slot: K): Decision<S[K], K> | undefined;
  onProfile(callback: (profile: Profile) => void): Stop;
  onError(callback: (failure: Failure) => void): Stop;
  /** Counts an impression at once. */
  impression(decision: Decision<unknown>): void;
  /** Counts an impression once half of the element was visible for 500 ms, and clicks inside it as the module's. */
  observe(element: Element, decision: Decision<unknown>): Stop;
  /** Sends what is queued, disconnects and takes every listener off the page. */
  close(): void;
  readonly anonymousId: string;
  readonly userId: string | undefined;
  readonly status: Status;
}

/** The core with `<befit-slot>` elements. */
export interface Befit<S extends object = Record<string, Props>> extends Client<S> {
  /** Says how `<befit-slot>` draws a module type. */
  define<P = Props>(type: string, renderer: Renderer<P>): void;
}
