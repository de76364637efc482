/** Values of signals, traits and operands in words that a marketer reads. */

/** A value as text, or as bars (the scores of an affinity, highest first, as shares of the highest). */
export type Readable =
  | { text: string; exact?: string }
  | { bars: readonly { name: string; share: number; score: number }[] };

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const SECONDS = /^(-?\d+(?:\.\d+)?)s$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** `now` is in milliseconds since the epoch; moments are told relative to it. */
export function readable(value: unknown, now: number): Readable {
  if (value === null || value === undefined) return { text: "not known yet" };
  if (typeof value === "boolean") return { text: value ? "yes" : "no" };
  if (typeof value === "number") return { text: NUMBER.format(value) };
  if (typeof value === "string") return readableString(value, now);
  if (Array.isArray(value))
    return { text: value.length > 0 ? value.map((item) => textOf(item, now)).join(", ") : "none" };
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([, score]) => typeof score === "number")) return { bars: bars(entries) };
  return { text: entries.map(([key, item]) => `${key}: ${textOf(item, now)}`).join(", ") || "none" };
}

/** A value on one line. */
export function textOf(value: unknown, now: number): string {
  const shown = readable(value, now);
  return "text" in shown
    ? shown.text
    : shown.bars.map(({ name, score }) => `${name} ${NUMBER.format(score)}`).join(", ");
}

/** What of a value one sees at a glance: it changes when the picture does, not with every moment that passes. */
export function glance(value: unknown, now: number): string {
  const shown = readable(value, now);
  if ("text" in shown) return JSON.stringify(value) ?? "";
  return shown.bars.map(({ name, share }) => `${name} ${Math.round(share * 10)}`).join(", ");
}

/** `150` seconds -> `2 min 30 s`. The two largest units; tenths below ten seconds. */
export function duration(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const sign = seconds < 0 ? "−" : "";
  if (whole < 10) return `${sign}${NUMBER.format(Math.floor(Math.abs(seconds) * 10) / 10)} s`;
  const units: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = units.findIndex(([amount]) => amount > 0);
  const parts = units.slice(first, first + 2).filter(([amount]) => amount > 0);
  return sign + parts.map(([amount, unit]) => `${amount} ${unit}`).join(" ");
}

/** A moment relative to `now`, both in milliseconds: `3 minutes ago`. */
export function ago(moment: number, now: number): string {
  const seconds = Math.round((moment - now) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 60) return AGO.format(seconds, "second");
  if (distance < 3600) return AGO.format(Math.trunc(seconds / 60), "minute");
  if (distance < 86_400) return AGO.format(Math.trunc(seconds / 3600), "hour");
  return AGO.format(Math.trunc(seconds / 86_400), "day");
}

function readableString(value: string, now: number): Readable {
  const seconds = SECONDS.exec(value);
  if (seconds) return { text: duration(Number(seconds[1])) };
  const moment = INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(moment)) return { text: ago(moment, now), exact: MOMENT.format(moment) };
  return { text: value === "" ? "empty" : value };
}

function bars(entries: [string, number][]): { name: string; share: number; score: number }[] {
  const highest = Math.max(...entries.map(([, score]) => score), Number.MIN_VALUE);
  return entries
    .map(([name, score]) => ({ name, score, share: Math.max(0, score / highest) }))
    .sort((one, other) => other.score - one.score);
}
