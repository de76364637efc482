/**
 * CEL's values in JavaScript, their kinds, and the one error there is.
 *
 * null, boolean, string and Array are themselves; an int is a bigint, a double a number, bytes a Uint8Array. The classes
 * here and in `time.ts` hold the rest.
 */

import type { Duration, Timestamp } from "./time";

export type Value = Scalar | Value[] | CelMap | Optional;
export type Scalar = null | boolean | bigint | number | string | Uint8Array | UInt | Timestamp | Duration | TypeName;
export type Numeric = bigint | number | UInt;

/** An expression that errs on these values. `missing`: a value that it needs is not there. */
export class ConditionError extends Error {
  override readonly name = "ConditionError";
  constructor(
    message: string,
    readonly missing = false,
  ) {
    super(message);
  }
}

export function fail(message: string): never {
  throw new ConditionError(message);
}

export function failMissing(key: unknown): never {
  throw new ConditionError(`no such key: ${key}`, true);
}

export function failOverload(name: string, ...values: Value[]): never {
  return fail(`no matching overload: ${name}(${values.map(kind).join(", ")})`);
}

/** An unsigned 64-bit integer (`5u`). */
export class UInt {
  readonly kind = "uint";
  constructor(readonly value: bigint) {}
  toString(): string {
    return `${this.value}`;
  }
}

/** An optional value: `values` holds one, or none. */
export class Optional {
  readonly kind = "optional";
  readonly values: readonly Value[];
  constructor(...values: Value[]) {
    this.values = values;
  }
}

/** A type as a value: what `type(x)` gives. */
export class TypeName {
  readonly kind = "type";
  constructor(readonly name: string) {}
}

/** A map. Keys that are equal to CEL are one key: 1, 1u and 1.0. */
export class CelMap {
  readonly kind = "map";
  private readonly held = new Map<unknown, readonly [key: Value, value: Value]>();

  get length(): number {
    return this.held.size;
  }
  set(key: Value, value: Value): void {
    this.held.set(identity(key), [key, value]);
  }
  has(key: Value): boolean {
    return this.held.has(identity(key));
  }
  get(key: Value): Value {
    const entry = this.held.get(identity(key));
    return entry ? entry[1] : failMissing(key);
  }
  entries(): (readonly [key: Value, value: Value])[] {
    return [...this.held.values()];
  }
}

function identity(key: Value): unknown {
  if (key instanceof UInt) return key.value;
  return Number.isInteger(key) ? BigInt(key as number) : key;
}

/** Of any window: an iframe's Uint8Array is another class. */
export const isBytes = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value);

/** The CEL kind of a value: `null`, `bool`, `int`, `uint`, `double`, `string`, `bytes`, `list`, `map`… */
export function kind(value: Value): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (isBytes(value)) return "bytes";
  if (typeof value === "object") return value.kind;
  return { boolean: "bool", bigint: "int", number: "double", string: "string" }[typeof value as string] as string;
}

/** `value`, or an overflow if it does not fit in 64 bits. */
export const integer = (value: bigint): bigint =>
  BigInt.asIntN(64, value) === value ? value : fail("integer overflow");

export const unsigned = (value: bigint): UInt =>
  BigInt.asUintN(64, value) === value ? new UInt(value) : fail("unsigned integer overflow");
