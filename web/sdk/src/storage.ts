/** What outlives a page: localStorage; where that is refused, cookies for ids and memory for the rest. */

import { attempt } from "./attempt";

export interface Storage {
  get(key: string): string | undefined;
  /** An empty value removes. */
  set(key: string, value?: string): void;
}

const YEAR = 31_536_000;
/** Cookies travel with every request, so only short values go there. */
const LONGEST_COOKIE = 300;

export function createStorage(): Storage {
  const memory = new Map<string, string>();
  return {
    get: (key) => (attempt(() => localStorage.getItem(key)) ?? memory.get(key) ?? readCookie(key)) || undefined,
    set(key, value = "") {
      attempt(
        () => localStorage.setItem(key, value),
        () => {
          memory.set(key, value);
          if (value.length < LONGEST_COOKIE) attempt(() => writeCookie(key, value));
        },
      );
    },
  };
}

function writeCookie(key: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous and not everywhere
  document.cookie = `${key}=${encodeURIComponent(value)};path=/;samesite=lax;max-age=${value && YEAR}`;
}

function readCookie(key: string): string | undefined {
  return attempt(() => decodeURIComponent(document.cookie.match(`(?:^|; )${key}=([^;]*)`)?.[1] ?? ""));
}
