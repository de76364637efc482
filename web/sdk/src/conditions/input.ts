/**
 * What a page gives a condition, as CEL's values: JSON, or values that already have a type.
 *
 * JSON has one kind of number and no times, so a declared type decides what a value becomes. Without one, a whole number
 * is an int. What cannot become what its type says counts as missing, as it does on the server.
 */

import { attempt } from "../attempt";
import { decodeBase64, encodeBase64 } from "./strings";
import { Duration, Timestamp } from "./time";
import { CelMap, fail, failMissing, isBytes, kind, Optional, TypeName, UInt, unsigned, type Value } from "./values";

/** Variables by name: JSON, bigints, Dates, Maps, and the classes of this module. */
export type Variables = Readonly<Record<string, unknown>>;

/** A double, where no type is declared and the number is whole. */
export class Double {
  constructor(readonly value: number) {}
}

type Record_ = Map<unknown, unknown> | Readonly<Record<string, unknown>>;
type Convert<T> = (value: unknown) => T;

/** An object or a Map as a page writes it, not yet converted. */
export function isRecord(value: unknown): value is Record_ {
  if (typeof value !== "object" || value === null) return false;
  const parent = Object.getPrototypeOf(value);
  return value instanceof Map || parent === null || Object.getPrototypeOf(parent) === null;
}

/** A member of one; undefined when there is none. */
export function member(record: Record_, name: string): unknown {
  if (record instanceof Map) return record.get(name);
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

const isWhole = (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 63 && !Object.is(value, -0);

/** A value without a declared type. */
export function fromAny(value: unknown): Value {
  if (typeof value === "number") return isWhole(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(fromAny);
  if (isRecord(value)) return fromRecord(value, fromAny);
  if (value instanceof Double) return value.value;
  if (value instanceof Date) return new Timestamp(BigInt(value.getTime()) * 1_000_000n);
  return typeof value === "function" || typeof value === "symbol" ? fail("not a value") : ((value ?? null) as Value);
}

function fromRecord(record: Record_ | CelMap, convert: Convert<Value>): CelMap {
  const map = new CelMap();
  const entries = record instanceof Map || record instanceof CelMap ? record.entries() : Object.entries(record);
  for (const [key, value] of entries) if (value !== undefined) map.set(fromAny(key), convert(value));
  return map;
}

const text = (value: unknown) => `${value}`;
const SCALARS = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
/** What else is taken for a scalar type, by that type and the kind of the value. */
const TAKEN: Record<string, (value: never) => Value | undefined> = {
  "int double": (value: number) => (isWhole(value) ? BigInt(value) : undefined),
  "uint int": unsigned,
  "double int": (value: bigint) => Number(value),
  "string int": text,
  "string double": text,
  "bytes string": decodeBase64,
  "timestamp string": Timestamp.parse,
  "duration string": Duration.parse,
};

/** The conversion to a declared type. `otherwise` converts what no type is declared of. */
export function converter(type: string | undefined, otherwise: Convert<Value>): Convert<Value | undefined> {
  const [, outer = "", inner = ""] = /^(\w+)(?:\((?:\w+, )?(.*)\))?$/.exec(type ?? "") ?? [];
  if (SCALARS.includes(outer))
    return (given) => {
      const value = otherwise(given);
      const from = kind(value);
      return from === outer ? value : attempt(() => TAKEN[`${outer} ${from}`]?.(value as never));
    };
  if (!inner || inner === "dyn") return otherwise;
  const convert = converter(inner, otherwise);
  const each = (value: unknown) => convert(value) ?? otherwise(value);
  return (value) => {
    if (Array.isArray(value)) return value.map(each);
    if (value instanceof Optional) return new Optional(...value.values.map(each));
    return isRecord(value) || value instanceof CelMap ? fromRecord(value, each) : otherwise(value);
  };
}

export const present = (value: Value | undefined, name: string): Value =>
  value ?? (value === null ? null : failMissing(name));

/** A value as JSON, as `befit eval` prints it: times as their texts, bytes as base64, NaN and infinities by name. */
export function toJson(value: Value): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof UInt) return Number(value.value);
  if (typeof value === "number" && !Number.isFinite(value)) return `${value}`;
  if (isBytes(value)) return encodeBase64(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof CelMap)
    return Object.fromEntries(value.entries().map(([key, item]) => [`${key}`, toJson(item)]));
  if (value instanceof Optional) return value.values.length ? toJson(value.values[0] as Value) : null;
  if (value instanceof TypeName) return value.name;
  return typeof value === "object" && value ? `${value}` : value;
}
