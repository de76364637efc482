/** CEL's math extension: greatest, least, rounding, classification and bits. */

import { NUMBERS, numbers } from "./operators";
import { fail, integer, kind, type Numeric, UInt, type Value } from "./values";

const greater = (left: Numeric, right: Numeric) => {
  const [one, other] = numbers(left, right);
  return one < other ? right : left;
};
const less = (left: Numeric, right: Numeric) => {
  const [one, other] = numbers(left, right);
  return other < one ? right : left;
};

/** Halves go away from zero. */
function round(value: number): number {
  const size = Math.abs(value);
  const whole = Math.floor(size);
  const rounded = size - whole >= 0.5 ? whole + 1 : whole;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

function shift(value: bigint, by: bigint, left: boolean): bigint {
  if (by < 0n) fail(`negative shift: ${by}`);
  const bits = BigInt.asUintN(64, value);
  return by < 64n ? (left ? bits << by : bits >> by) : 0n;
}

const BITS: Record<string, (left: bigint, right: bigint) => bigint> = {
  bitAnd: (left, right) => left & right,
  bitOr: (left, right) => left | right,
  bitXor: (left, right) => left ^ right,
  bitShiftLeft: (bits, by) => shift(bits, by, true),
  bitShiftRight: (bits, by) => shift(bits, by, false),
};

export const MATH: Record<string, (...values: never[]) => Value> = {
  "math.ceil double": Math.ceil,
  "math.floor double": Math.floor,
  "math.trunc double": Math.trunc,
  "math.round double": round,
  "math.abs int": (value: bigint) => integer(value < 0n ? -value : value),
  "math.abs uint": (value: UInt) => value,
  "math.abs double": Math.abs,
  "math.sign int": (value: bigint) => (value > 0n ? 1n : value && -1n),
  "math.sign uint": ({ value }: UInt) => new UInt(value && 1n),
  "math.sign double": (value: number) => Math.sign(value) + 0,
  "math.isNaN double": Number.isNaN,
  "math.isInf double": (value: number) => Math.abs(value) === 1 / 0,
  "math.isFinite double": Number.isFinite,
  "math.sqrt int": (value: bigint) => Math.sqrt(Number(value)),
  "math.sqrt uint": ({ value }: UInt) => Math.sqrt(Number(value)),
  "math.sqrt double": Math.sqrt,
  "math.bitNot int": (value: bigint) => ~value,
  "math.bitNot uint": ({ value }: UInt) => new UInt(BigInt.asUintN(64, ~value)),
};

for (const [name, choose] of Object.entries({ greatest: greater, least: less })) {
  for (const left of NUMBERS) {
    MATH[`math.${name} ${left}`] = (value: Value) => value;
    for (const right of NUMBERS) MATH[`math.${name} ${left} ${right}`] = choose;
  }
  MATH[`math.${name} list`] = (values: Numeric[]) =>
    values.length && values.every((value) => NUMBERS.includes(kind(value)))
      ? values.reduce(choose)
      : fail("greatest and least need numbers, and at least one");
}

for (const [name, apply] of Object.entries(BITS)) {
  const by = name.includes("Shift") ? "int" : "uint";
  MATH[`math.${name} int int`] = (left: bigint, right: bigint) => BigInt.asIntN(64, apply(left, right));
  MATH[`math.${name} uint ${by}`] = ({ value }: UInt, right: UInt | bigint) =>
    new UInt(BigInt.asUintN(64, apply(value, typeof right === "bigint" ? right : right.value)));
}
