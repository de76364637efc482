/** The core: wires what a page does to the server, and what the server says to the page. */

import { attempt } from "./attempt";
import { watchClicks } from "./capture/clicks";
import { contextOf, newView } from "./capture/context";
import { createDwell } from "./capture/dwell";
import { watchImpressions } from "./capture/impressions";
import { watchPages } from "./capture/pages";
import { watchScroll } from "./capture/scroll";
import { createQueue } from "./delivery/queue";
import { createFailures } from "./failures";
import { createIdentity } from "./identity";
import { newId } from "./ids";
import { createConnection } from "./push/connection";
import { createFeed, PROFILE } from "./push/feed";
import type { Subscription } from "./push/transport/base";
import { createStorage } from "./storage";
import type { Client, Decision, Options, Props } from "./types";

/** A hidden tab gives its connection back after this time: browsers allow few to one server. Milliseconds. */
const HIDDEN = 60_000;

/** Starts befit on this page, without `<befit-slot>`. `S` maps slot names to the props of what they show. */
export function createClient<S extends object = Record<string, Props>>(options: Options): Client<S> {
  const { writeKey, autoPage = true, transports = ["sse", "websocket", "poll"] } = options;
  const host = (options.host ?? location.origin).replace(/\/$/, "");
  const closing = new AbortController();
  const { signal } = closing;
  const { report, listen } = createFailures();
  const storage = createStorage();
  const identity = createIdentity(storage, options);
  const queue = createQueue({ ...options, host, storage, report, signal });
  const feed = createFeed(storage, () => `${befit.anonymousId} ${befit.userId}`, changed);
  const connection = createConnection({
    host,
    storage,
    transports,
    wanted,
    message: (value) => feed.receive(value.slot ?? PROFILE, value),
    away: feed.recall,
    report,
    signal,
  });
  const depth = watchScroll(signal);
  const dwell = createDwell(ping);
  const impressions = watchImpressions(impression, signal);
  const settle = autoPage ? watchPages(automatic, signal) : undefined;
  let view = newView(document.referrer);
  let viewed = false;
  let nap: ReturnType<typeof setTimeout> | undefined;

  function wanted(): Subscription | undefined {
    const subscribed = feed.wanted();
    return subscribed && { writeKey, ...identity.visitor(), ...subscribed };
  }
  function changed(): void {
    connection.update();
  }
  function send(type: string, fields: Props): void {
    const { anonymousId, userId, identityToken } = identity.visitor();
    const context = { ...contextOf(view), identityToken };
    queue.push({ type, messageId: newId(), anonymousId, userId, timestamp: new Date(), ...fields, context });
  }
  function track(event: string, properties?: Props): void {
    settle?.(true);
    send("track", { event, properties });
  }
  function ping(visible: number): void {
    send("track", { event: "Page Ping", properties: { visible_ms: visible, scroll: depth() } });
  }
  function impression({ slot, module, variant, decisionId }: Decision<unknown>): void {
    track("Impression", { slot, module, variant, decisionId });
  }
  function page(name?: string | Props, properties?: Props): void {
    settle?.(false);
    dwell.restart(() => {
      view = newView(viewed ? view.page.url : document.referrer);
      viewed = true;
      depth(true);
    });
    send("page", typeof name === "object" ? { properties: name } : { name, properties });
  }
  function automatic(): void {
    page(options.page && attempt(options.page, (error) => report("callback", error)));
  }

  function leave(): void {
    dwell.hide();
    queue.part();
  }
  function look(): void {
    clearTimeout(nap);
    if (document.hidden) {
      leave();
      nap = setTimeout(connection.pause, HIDDEN, true);
    } else {
      dwell.show();
      connection.pause(false);
    }
  }
  function unload(): void {
    leave();
    connection.pause(true);
  }

  watchClicks(track, impressions.owner, signal);
  document.addEventListener("visibilitychange", look, { signal });
  addEventListener("storage", changed, { signal }); // Another tab may have changed the visitor.
  addEventListener("pageshow", look, { signal });
  addEventListener("pagehide", unload, { signal });
  if (autoPage) automatic();
  look();

  const befit: Client<S> = {
    page,
    track,
    identify(userId, traits, identityToken) {
      settle?.(true);
      if (userId) identity.become(userId, identityToken);
      send("identify", { traits });
      changed();
    },
    alias: (userId, previousId = befit.userId ?? befit.anonymousId) => send("alias", { userId, previousId }),
    group: (groupId, traits) => send("group", { groupId, traits }),
    reset() {
      dwell.restart(identity.reset);
      feed.forget();
      changed();
      if (autoPage) automatic();
    },
    flush: queue.flush,
    subscribe: (slot, callback, { trace } = {}) => feed.subscribe(slot, callback, trace),
    decision: feed.get,
    onProfile: (callback) => feed.subscribe(PROFILE, callback),
    onError: listen,
    impression,
    observe: impressions.observe,
    close() {
      clearTimeout(nap);
      unload();
      closing.abort();
    },
    get anonymousId() {
      return identity.visitor().anonymousId;
    },
    get userId() {
      return identity.visitor().userId;
    },
    get status() {
      return connection.status;
    },
  };
  return befit;
}
