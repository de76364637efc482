/** CEL's conversions (`int("5")`, `string(1.5)`, `timestamp(0)`…), `type()` and optional values. */

import { doubleText } from "./format";
import { NONE } from "./operators";
import { Duration, divide, SECOND, Timestamp } from "./time";
import { CelMap, fail, integer, isBytes, kind, Optional, TypeName, UInt, unsigned, type Value } from "./values";

const WHOLE = /^[\t-\r ]*[+-]?\d+[\t-\r ]*$/;
const DECIMAL = /^[\t-\r ]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[\t-\r ]*$/i;
const HEXADECIMAL = /^[\t-\r ]*([+-]?)0x(?=\.?[\da-f])([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?[\t-\r ]*$/i;
const SPECIAL = /^[\t-\r ]*([+-]?)(?:(nan)|inf(?:inity)?)[\t-\r ]*$/i;
const TYPE_NAMES: Record<string, string> = {
  null: "null_type",
  timestamp: "google.protobuf.Timestamp",
  duration: "google.protobuf.Duration",
  optional: "optional_type",
};

function toWhole(text: string, what: string): bigint {
  const fits = WHOLE.test(text) && !(what === "a uint" && text.includes("-"));
  return fits ? BigInt(text) : fail(`not ${what}: '${text}'`);
}

function toDouble(text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  const [special, minus, nan] = SPECIAL.exec(text) ?? [];
  if (special) return nan ? Number.NaN : minus === "-" ? -1 / 0 : 1 / 0;
  const [hexadecimal, sign, whole = "", part = "", power = 0] = HEXADECIMAL.exec(text) ?? [];
  if (!hexadecimal) return fail(`not a double: '${text}'`);
  const digits = Number(BigInt(`0x${whole}${part}`));
  const exponent = +power - 4 * part.length;
  // In two steps: the smallest doubles are below the smallest power of two that 2 ** x gives.
  const value = digits && digits * 2 ** Math.max(exponent, -1000) * 2 ** Math.min(exponent + 1000, 0);
  return sign === "-" ? -value : value;
}

function toBool(text: string): boolean {
  const [, yes] = /^(?:(true|True|TRUE|t|1)|false|False|FALSE|f|0)$/.exec(text) ?? fail(`not a bool: '${text}'`);
  return yes !== undefined;
}

function toText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("malformed UTF-8");
  }
}

function isZero(value: Value): boolean {
  if (value instanceof UInt || value instanceof Timestamp || value instanceof Duration) return !value.value;
  if (typeof value === "number") return value === 0;
  if (Array.isArray(value) || value instanceof CelMap || isBytes(value)) return !value.length;
  return !value;
}

const same = (value: Value) => value;
const text = (value: Value) => `${value}`;

/** Conversions by kinds of arguments, or by their number. */
export const CONVERSIONS: Record<string, (...values: never[]) => Value> = {
  "dyn 1": same,
  "type 1": (value: Value) => new TypeName(TYPE_NAMES[kind(value)] ?? kind(value)),
  "optional.of 1": (value: Value) => new Optional(value),
  "optional.ofNonZeroValue 1": (value: Value) => (isZero(value) ? NONE : new Optional(value)),
  "int uint": ({ value }: UInt) => integer(value),
  "int double": (value: number) => (Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : fail("integer overflow")),
  "int string": (value: string) => integer(toWhole(value, "an int")),
  "int timestamp": ({ value }: Timestamp) => BigInt(divide(value)[0]),
  "uint int": unsigned,
  "uint double": (value: number) =>
    value >= 0 && value < 2 ** 64 ? new UInt(BigInt(Math.trunc(value))) : fail("unsigned integer overflow"),
  "uint string": (value: string) => unsigned(toWhole(value, "a uint")),
  "double int": (value: bigint) => Number(value),
  "double uint": ({ value }: UInt) => Number(value),
  "double string": toDouble,
  "string int": text,
  "string uint": text,
  "string bool": text,
  "string timestamp": text,
  "string duration": text,
  "string double": doubleText,
  "string bytes": toText,
  "bytes string": (value: string) => new TextEncoder().encode(value),
  "bool string": toBool,
  "timestamp string": Timestamp.parse,
  "timestamp int": (seconds: bigint) => new Timestamp(seconds * SECOND),
  "duration string": Duration.parse,
  "optional.none ": () => NONE,
  "hasValue optional": ({ values }: Optional) => values.length > 0,
  "value optional": ({ values }: Optional) =>
    values[0] ?? (values.length ? null : fail("optional.none() has no value")),
  "first list": (list: Value[]) => new Optional(...list.slice(0, 1)),
  "last list": (list: Value[]) => new Optional(...list.slice(-1)),
};
for (const name of ["int", "uint", "double", "string", "bytes", "bool", "timestamp", "duration"])
  CONVERSIONS[`${name} ${name}`] = same;
