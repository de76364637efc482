/** Automatic page views: History API calls, back and forward, and pages that come back from the browser's cache. */

/** Ends the wait for a page view that is due: counts it now, or not at all when the page did so by hand. */
export type Settle = (count: boolean) => void;

/** Calls `viewed` after the address changed (its fragment aside), once the router had a chance to render. */
export function watchPages(viewed: () => void, signal: AbortSignal): Settle {
  let address = addressNow();
  let due: ReturnType<typeof setTimeout> | undefined;

  function settle(count: boolean): void {
    const waited = due;
    clearTimeout(due);
    due = undefined;
    if (waited && count) viewed();
  }
  function moved({ persisted }: Partial<PageTransitionEvent>): void {
    if (signal.aborted || (!persisted && address === addressNow())) return;
    address = addressNow();
    due ??= setTimeout(settle, 0, true);
  }
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = (...args) => {
      original.apply(history, args);
      moved({});
    };
  }
  addEventListener("popstate", moved, { signal });
  addEventListener("pageshow", moved, { signal });
  return settle;
}

const addressNow = () => location.href.split("#")[0];
