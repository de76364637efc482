/** CEL's operators: arithmetic within 64 bits, comparison and equality across types, index, field and `in`. */

import { Duration, Timestamp } from "./time";
import {
  CelMap,
  fail,
  failOverload,
  integer,
  isBytes,
  kind,
  type Numeric,
  Optional,
  TypeName,
  UInt,
  unsigned,
  type Value,
} from "./values";

export const NONE = new Optional();
export const NUMBERS = ["int", "uint", "double"];
const KEYS = [...NUMBERS, "bool", "string"];
const ORDERED = ["bool", "string", "bytes", "timestamp", "duration"];

type Ordered = bigint | number;

const isNumber = (value: Value): value is Numeric => NUMBERS.includes(kind(value));
const bare = (value: Numeric): Ordered => (value instanceof UInt ? value.value : value);

/** Two numbers as JavaScript compares them: an int is rounded to a double before it is compared with one. */
export function numbers(left: Numeric, right: Numeric): [Ordered, Ordered] {
  const pair: [Ordered, Ordered] = [bare(left), bare(right)];
  return typeof pair[0] === typeof pair[1] ? pair : [Number(pair[0]), Number(pair[1])];
}

export function equal(left: Value, right: Value): boolean {
  if (isNumber(left) && isNumber(right)) {
    const [one, other] = numbers(left, right);
    return one === other;
  }
  if (kind(left) !== kind(right)) return false;
  if (Array.isArray(left)) return equalLists(left, right as Value[]);
  if (isBytes(left)) return equalLists([...left], [...(right as Uint8Array)]);
  if (left instanceof CelMap) {
    const other = right as CelMap;
    return (
      left.length === other.length &&
      left.entries().every(([key, value]) => other.has(key) && equal(value, other.get(key)))
    );
  }
  if (left instanceof Optional) return equalLists(left.values, (right as Optional).values);
  if (left instanceof TypeName) return left.name === (right as TypeName).name;
  if (left instanceof Timestamp || left instanceof Duration) return left.value === (right as Timestamp).value;
  return left === right;
}

function equalLists(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, position) => equal(item, right[position] as Value));
}

/** The first difference of two rows of numbers, or of their lengths. */
function compare(left: number[], right: number[]): number {
  const at = left.findIndex((item, position) => item !== right[position]);
  return at < 0 || at >= right.length ? left.length - right.length : (left[at] as number) - (right[at] as number);
}

/** Two values of which `<` and its like make sense, as JavaScript compares them; texts by code point. */
function comparable(sign: string, left: Value, right: Value): [Ordered, Ordered] {
  if (isNumber(left) && isNumber(right)) return numbers(left, right);
  if (kind(left) !== kind(right) || !ORDERED.includes(kind(left))) return failOverload(sign, left, right);
  if (left instanceof Timestamp || left instanceof Duration) return [left.value, (right as Timestamp).value];
  if (typeof left === "boolean") return [Number(left), Number(right)];
  return [compareTexts(left as string, right as string), 0];
}

export function compareTexts(left: string | Uint8Array, right: string | Uint8Array): number {
  return compare(codes(left), codes(right));
}

const codes = (text: string | Uint8Array) =>
  typeof text === "string" ? Array.from(text, (char) => char.codePointAt(0) as number) : [...text];

function hasKey(container: CelMap, key: Value): boolean {
  return KEYS.includes(kind(key)) ? container.has(key) : failOverload("in", key, container);
}

/** `container[key]`. */
function index(container: Value, key: Value): Value {
  if (container instanceof Optional) return optionalIndex(container, key);
  if (container instanceof CelMap)
    return KEYS.includes(kind(key)) ? container.get(key) : fail(`invalid map key type: ${kind(key)}`);
  if (!Array.isArray(container)) return failOverload("[]", container, key);
  const position = isNumber(key) ? Number(bare(key)) : Number.NaN;
  if (!Number.isInteger(position)) fail(`a list index must be an integer, not ${kind(key)}`);
  if (position < 0 || position >= container.length) fail(`index out of range: ${key} of ${container.length}`);
  return container[position] as Value;
}

/** `container[?key]`: absent when there is no such key or position. */
export function optionalIndex(container: Value, key: Value): Optional {
  if (container instanceof Optional)
    return container.values.length ? optionalIndex(container.values[0] as Value, key) : NONE;
  if (container instanceof CelMap) return hasKey(container, key) ? new Optional(container.get(key)) : NONE;
  if (!Array.isArray(container) || typeof key !== "bigint") return failOverload("[?]", container, key);
  return key >= 0n && key < container.length ? new Optional(container[Number(key)] as Value) : NONE;
}

/** `operand.field`. */
export function select(operand: Value, field: string): Value {
  if (operand instanceof CelMap) return operand.get(field);
  return operand instanceof Optional ? optionalSelect(operand, field) : failFields(operand, `.${field}`);
}

/** `operand.?field`. */
export function optionalSelect(operand: Value, field: string): Optional {
  const [inner = operand] = operand instanceof Optional ? operand.values : [];
  const absent = inner === operand && inner instanceof Optional;
  return absent || inner instanceof CelMap ? optionalIndex(operand, field) : failFields(inner, `.?${field}`);
}

/** `has(operand.field)`. */
export function has(operand: Value, field: string): boolean {
  if (operand instanceof CelMap) return operand.has(field);
  if (operand instanceof Optional) return optionalSelect(operand, field).values.length > 0;
  return failFields(operand, `has .${field}`);
}

const failFields = (operand: Value, field: string) => fail(`${kind(operand)} has no fields (${field})`);

function contained(item: Value, container: Value): boolean {
  if (Array.isArray(container)) return container.some((other) => equal(item, other));
  return container instanceof CelMap ? hasKey(container, item) : failOverload("in", item, container);
}

/** `value` if it is a bool. */
export function truth(value: Value): boolean {
  return typeof value === "boolean" ? value : fail(`no matching overload: ${kind(value)} is not bool`);
}

/** What a macro goes through: a list's items, a map's keys. */
export function items(range: Value): Value[] {
  if (range instanceof CelMap) return range.entries().map(([key]) => key);
  return Array.isArray(range) ? range : fail(`no matching overload: ${kind(range)} cannot be iterated over`);
}

const size = (value: { readonly length: number }) => BigInt(value.length);
const divisor = (value: bigint, what: string) => value || fail(`${what} by zero`);

/** Operators by kinds of arguments, or by their number. */
export const OPERATORS: Record<string, (...values: never[]) => Value> = {
  "== 2": equal,
  "!= 2": (left: Value, right: Value) => !equal(left, right),
  "in 2": contained,
  "[] 2": index,
  "! bool": (value: boolean) => !value,
  "neg int": (value: bigint) => integer(-value),
  "neg double": (value: number) => -value,
  "/ int int": (left: bigint, right: bigint) => integer(left / divisor(right, "division")),
  "% int int": (left: bigint, right: bigint) => {
    integer(left / divisor(right, "modulus"));
    return left % right;
  },
  "/ uint uint": (left: UInt, right: UInt) => new UInt(left.value / divisor(right.value, "division")),
  "% uint uint": (left: UInt, right: UInt) => new UInt(left.value % divisor(right.value, "modulus")),
  "/ double double": (left: number, right: number) => left / right,
  "+ string string": (left: string, right: string) => left + right,
  "+ bytes bytes": (left: Uint8Array, right: Uint8Array) => Uint8Array.of(...left, ...right),
  "+ list list": (left: Value[], right: Value[]) => [...left, ...right],
  "- timestamp timestamp": (left: Timestamp, right: Timestamp) => new Duration(integer(left.value - right.value)),
  "+ duration timestamp": (left: Duration, right: Timestamp) => new Timestamp(left.value + right.value),
  "size string": (text: string) => size([...text]),
  "size bytes": size,
  "size list": size,
  "size map": size,
};
for (const [sign, holds] of [
  ["<", (left: Ordered, right: Ordered) => left < right],
  ["<=", (left: Ordered, right: Ordered) => left <= right],
  [">", (left: Ordered, right: Ordered) => left > right],
  [">=", (left: Ordered, right: Ordered) => left >= right],
] as const)
  OPERATORS[`${sign} 2`] = (left: Value, right: Value) => holds(...comparable(sign, left, right));
for (const [sign, exact, rounded] of [
  ["+", (left: bigint, right: bigint) => left + right, (left: number, right: number) => left + right],
  ["-", (left: bigint, right: bigint) => left - right, (left: number, right: number) => left - right],
  ["*", (left: bigint, right: bigint) => left * right, (left: number, right: number) => left * right],
] as const) {
  OPERATORS[`${sign} double double`] = rounded;
  OPERATORS[`${sign} int int`] = (left: bigint, right: bigint) => integer(exact(left, right));
  OPERATORS[`${sign} uint uint`] = (left: UInt, right: UInt) => unsigned(exact(left.value, right.value));
  if (sign === "*") break;
  OPERATORS[`${sign} timestamp duration`] = (moment: Timestamp, length: Duration) =>
    new Timestamp(exact(moment.value, length.value));
  OPERATORS[`${sign} duration duration`] = (left: Duration, right: Duration) =>
    new Duration(exact(left.value, right.value));
}
