/** Timestamps and durations, in nanoseconds: their texts, and what a wall clock shows of them in any time zone. */

import { fail } from "./values";

export const SECOND = 1_000_000_000n;
const EARLIEST = -62_135_596_800n * SECOND;
const LATEST = 253_402_300_800n * SECOND - 1n;
const LONGEST = 315_576_000_001n * SECOND - 1n;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const TERM = /(\d{0,1000})(?:\.(\d{0,1000}))?(h|ms|us|ns|m|s)/y;
const HOUR = 3600n * SECOND;
const MINUTE = 60n * SECOND;
const UNITS: Record<string, bigint> = {
  h: HOUR,
  m: MINUTE,
  s: SECOND,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
};
const OFFSET = /^([+-]?)(\d{1,2}):(\d\d)$/;

/** A moment: nanoseconds since 1970-01-01T00:00:00Z, in the years 1 to 9999. */
export class Timestamp {
  readonly kind = "timestamp";
  constructor(readonly value: bigint) {
    if (value < EARLIEST || value > LATEST) fail("timestamp out of range");
  }

  /** From RFC 3339 (`2026-01-31T12:00:00.5+01:00`); digits beyond nanoseconds are cut. */
  static parse(text: string): Timestamp {
    const [, ...parts] = RFC3339.exec(text) ?? fail(`not a timestamp (RFC 3339): '${text}'`);
    const [year, month, day, hour, minute, second] = parts.slice(0, 6).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [fraction = "", sign, hours = 0, minutes = 0] = parts.slice(6);
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    const exists = year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
    if (!exists || hour > 23 || minute > 59 || second > 60 || +hours > 23 || +minutes > 59)
      fail(`not a timestamp (out of range): '${text}'`);
    const offset = (+hours * 60 + +minutes) * (sign === "-" ? -60 : 60);
    const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
    return new Timestamp(BigInt(seconds) * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, "0")));
  }

  /** RFC 3339 in UTC, with 0, 3, 6 or 9 digits of a second's fraction. */
  toString(): string {
    const [seconds, rest] = divide(this.value);
    return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fractionOf(rest)}Z`;
  }
}

/** A length of time in nanoseconds, at most 10,000 years; may be negative. */
export class Duration {
  readonly kind = "duration";
  constructor(readonly value: bigint) {
    if (value < -LONGEST || value > LONGEST) fail("duration out of range");
  }

  /** From Go's notation: `1h30m`, `-1.5h`, `250ms`, `0`. */
  static parse(text: string): Duration {
    const rest = text.replace(/^[+-]/, "");
    let total = 0n;
    TERM.lastIndex = 0;
    for (let at = 0; at < rest.length && rest !== "0"; at = TERM.lastIndex) {
      const [, whole = "", fraction = "", unit = ""] = TERM.exec(rest) ?? [];
      const scale = whole || fraction ? (UNITS[unit] as bigint) : failDuration(text);
      total += BigInt(whole) * scale + (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    }
    return new Duration(rest ? (text[0] === "-" ? -total : total) : failDuration(text));
  }

  /** Seconds, with 0, 3, 6 or 9 digits of a fraction: `5400s`, `0.250s`. */
  toString(): string {
    const length = this.value < 0n ? -this.value : this.value;
    return `${this.value < 0n ? "-" : ""}${length / SECOND}${fractionOf(length % SECOND)}s`;
  }
}

const failDuration = (text: string) => fail(`not a duration (such as 1h30m or 250ms): '${text}'`);

/** Whole seconds towards the past, and the nanoseconds after them. */
export function divide(nanoseconds: bigint): [seconds: number, rest: bigint] {
  const rest = ((nanoseconds % SECOND) + SECOND) % SECOND;
  return [Number((nanoseconds - rest) / SECOND), rest];
}

function fractionOf(nanoseconds: bigint): string {
  const digits = `${nanoseconds}`.padStart(9, "0");
  return nanoseconds ? `.${digits.replace(/(000){1,2}$/, "")}` : "";
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Seconds that the clocks of a zone, an IANA name or `+05:30`, are ahead of UTC. */
function offsetOf(seconds: number, zone: string): number {
  const [, sign, hours = 0, minutes = 0] = OFFSET.exec(zone) ?? [];
  if (sign !== undefined) return (sign === "-" ? -1 : 1) * (+hours * 3600 + +minutes * 60);
  let clock = clocks.get(zone);
  try {
    // Some engines take offsets that are written in other ways, too.
    if (/^[+-]/.test(zone)) throw zone;
    clock ??= new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    return fail(`unknown time zone: '${zone}'`);
  }
  clocks.set(zone, clock);
  // Within the calendar: a day away from its ends.
  const shown = clock.format(1000 * Math.min(Math.max(seconds, -62_135_510_400), 253_402_214_400));
  const [, ahead, hour = 0, minute = 0, second = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(shown) ?? [];
  return (ahead === "-" ? -1 : 1) * (+hour * 3600 + +minute * 60 + +second);
}

const FIELDS: Record<string, (date: Date) => number> = {
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear(date) {
    const newYear = new Date(date);
    return (date.getTime() - newYear.setUTCMonth(0, 1)) / 86_400_000;
  },
};
for (const name of ["FullYear", "Month", "Date", "Hours", "Minutes", "Seconds", "Milliseconds"] as const)
  FIELDS[`get${name}`] = (date) => date[`getUTC${name}`]();

/** The functions of time, by name and kinds of arguments. */
export const TIME: Record<string, (...values: never[]) => bigint> = {
  "getHours duration": ({ value }: Duration) => value / HOUR,
  "getMinutes duration": ({ value }: Duration) => value / MINUTE,
  "getSeconds duration": ({ value }: Duration) => value / SECOND,
  "getMilliseconds duration": ({ value }: Duration) => (value / 1_000_000n) % 1000n,
};
for (const [name, field] of Object.entries(FIELDS)) {
  const read = ({ value }: Timestamp, zone = "") => {
    const [seconds, rest] = divide(value);
    const local = seconds + (zone ? offsetOf(seconds, zone) : 0);
    return BigInt(field(new Date(local * 1000 + Number(rest / 1_000_000n))));
  };
  TIME[`${name} timestamp`] = TIME[`${name} timestamp string`] = read;
}
