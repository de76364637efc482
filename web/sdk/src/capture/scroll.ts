/** How far down the visitor has seen the page, in percent of its height. */

/** The most seen since the last reset, 0 to 100. */
export type Depth = (reset?: boolean) => number;

export function watchScroll(signal: AbortSignal): Depth {
  let deepest = 0;
  function look(): number {
    const seen = (100 * (scrollY + innerHeight)) / document.documentElement.scrollHeight;
    deepest = Math.max(deepest, Math.min(100, Math.round(seen)) || 0);
    return deepest;
  }
  addEventListener("scroll", look, { passive: true, signal });
  return (reset) => {
    if (!reset) return look();
    deepest = 0;
    return deepest;
  };
}
