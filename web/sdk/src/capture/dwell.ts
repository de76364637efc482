/**
 * Visible time on a page, told in pings: every 5 s of it in the first minute, then every 15 s, and a last one when the
 * page hides. Marks such as 30 s and 120 s so fall on a ping.
 */

const MINUTE = 60_000;
const EARLY = 5_000;
const LATER = 15_000;

export interface Dwell {
  /** The page is on screen. */
  show(): void;
  /** The page is not on screen any more: tells what is untold. */
  hide(): void;
  /** Tells what is untold, then counts a new page view from zero. */
  restart(turn: () => void): void;
}

/** `ping` gets the visible milliseconds since the last ping. */
export function createDwell(ping: (visible: number) => void): Dwell {
  let told = 0;
  /** When the untold time began; undefined while hidden. */
  let since: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const now = () => Math.floor(performance.now());
  const step = () => (told < MINUTE ? EARLY : LATER);
  /** Milliseconds of visible time until the next ping is due. */
  const left = () => step() - (told % step()) + (since ?? 0) - now();

  function tell(): void {
    if (since === undefined) return;
    // A tab that slept with its computer was not looked at.
    const visible = Math.min(now() - since, 2 * step());
    since = now();
    if (!visible) return;
    told += visible;
    ping(visible);
  }
  function tick(): void {
    // Timers may fire a moment early; a ping just short of its mark would be worthless.
    if (left() <= 0) tell();
    timer = setTimeout(tick, Math.max(1, left()));
  }
  function show(): void {
    clearTimeout(timer);
    since ??= now();
    tick();
  }
  function hide(): void {
    clearTimeout(timer);
    tell();
    since = undefined;
  }
  return {
    show,
    hide,
    restart(turn) {
      const visible = since !== undefined;
      hide();
      turn();
      told = 0;
      if (visible) show();
    },
  };
}
