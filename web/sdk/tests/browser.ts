/** What jsdom lacks of a browser, and a clean page for each test. */

import { beforeEach, vi } from "vitest";
import { WebSocket } from "ws";

/** IntersectionObserver without layout: the test says what is on screen. */
export class Viewport implements IntersectionObserver {
  static #all = new Set<Viewport>();
  readonly root = null;
  readonly rootMargin = "";
  readonly scrollMargin = "";
  readonly thresholds = [];
  readonly #elements = new Set<Element>();
  readonly #callback: IntersectionObserverCallback;

  constructor(callback: IntersectionObserverCallback) {
    this.#callback = callback;
    Viewport.#all.add(this);
  }
  observe(element: Element): void {
    this.#elements.add(element);
  }
  unobserve(element: Element): void {
    this.#elements.delete(element);
  }
  disconnect(): void {
    this.#elements.clear();
  }
  takeRecords(): IntersectionObserverEntry[] {
    return [];
  }
  /** `ratio` of the element is on screen from now on; jsdom has no layout, so this says how high it is too. */
  static show(target: Element, ratio: number, height = 100): void {
    target.getBoundingClientRect = () => new DOMRect(0, 0, 100, height);
    for (const observer of Viewport.#all) {
      const entry = { target, isIntersecting: ratio > 0, intersectionRatio: ratio } as IntersectionObserverEntry;
      if (observer.#elements.has(target)) observer.#callback([entry], observer);
    }
  }
  static watches(target: Element): boolean {
    return [...Viewport.#all].some((observer) => observer.#elements.has(target));
  }
}

/** A browser's WebSocket only closes when it cannot connect; Node's would throw. */
class BrowserWebSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on("error", () => {});
  }
}

/** Makes the page hidden or visible, as switching tabs does. */
export function hide(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

export function online(value: boolean): void {
  Object.defineProperty(navigator, "onLine", { configurable: true, value });
  dispatchEvent(new Event(value ? "online" : "offline"));
}

beforeEach(() => {
  vi.restoreAllMocks();
  globalThis.IntersectionObserver = Viewport;
  // jsdom's own trips over its two kinds of Event.
  globalThis.WebSocket = BrowserWebSocket as unknown as typeof globalThis.WebSocket;
  // As a browser does it: text/plain, nobody waits for the answer.
  navigator.sendBeacon = (url, body) => {
    fetch(url, { method: "POST", body: body as string }).catch(() => {});
    return true;
  };
  Reflect.deleteProperty(document, "hidden");
  Reflect.deleteProperty(navigator, "onLine");
  Reflect.deleteProperty(navigator, "globalPrivacyControl");
  localStorage.clear();
  for (const pair of document.cookie.split("; ")) {
    // biome-ignore lint/suspicious/noDocumentCookie: jsdom has no Cookie Store API
    document.cookie = `${pair.split("=")[0]}=;path=/;max-age=0`;
  }
  document.body.replaceChildren();
  history.replaceState(null, "", "/");
});
