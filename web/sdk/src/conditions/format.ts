/** `"%s costs %.2f".format([name, price])`, and doubles as texts: rounded exactly, halves to even, as C's printf does it. */

import { compareTexts } from "./operators";
import { CelMap, fail, isBytes, kind, TypeName, UInt, type Value } from "./values";

const CLAUSE = /%(?:(%)|(?:\.(\d+))?(.))?/gsu;
const BASES: Record<string, number> = { b: 2, o: 8, x: 16, X: 16 };
const MOST_DIGITS = 1000;

/** |value| · 10^digits, rounded. */
function scaled(value: number, digits: number): string {
  let whole = Math.abs(value);
  let halvings = 0n;
  for (; !Number.isInteger(whole); halvings++) whole *= 2;
  const top = BigInt(whole) * 10n ** BigInt(Math.max(digits, 0));
  const bottom = (1n << halvings) * 10n ** BigInt(Math.max(-digits, 0));
  const twice = 2n * (top % bottom);
  const quotient = top / bottom;
  return `${twice > bottom || (twice === bottom && quotient & 1n) ? quotient + 1n : quotient}`;
}

const signOf = (value: number) => (value < 0 || Object.is(value, -0) ? "-" : "");
const withPoint = (digits: string, at: number) =>
  at < digits.length ? `${digits.slice(0, at)}.${digits.slice(at)}` : digits;

/** 12.50 */
function fixed(value: number, precision: number): string {
  const digits = scaled(value, precision).padStart(precision + 1, "0");
  return signOf(value) + withPoint(digits, digits.length - precision);
}

/** The digits of a value in scientific notation, and its exponent. */
function scientific(value: number, precision: number): [digits: string, exponent: number] {
  let exponent = value && Number(value.toExponential().split("e")[1]);
  for (;;) {
    const digits = scaled(value, precision - exponent).padStart(value ? 0 : precision + 1, "0");
    if (digits.length === precision + 1) return [digits, exponent];
    exponent += digits.length > precision + 1 ? 1 : -1;
  }
}

/** 1.25e+01 */
function exponential(value: number, digits: string, exponent: number): string {
  const power = `${Math.abs(exponent)}`.padStart(2, "0");
  return `${signOf(value)}${withPoint(digits, 1)}e${exponent < 0 ? "-" : "+"}${power}`;
}

const special = (value: number) => (Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");

/** A double as `string()` writes it: the fewest digits that read back the same, an exponent from 1e6 and below 1e-4. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return special(value).replace("Infinity", "inf");
  const [digits = "", exponent = 0] = value.toExponential().split("e");
  return general(value, digits.replace(/[-.]/g, ""), +exponent);
}

function general(value: number, digits: string, exponent: number): string {
  if (exponent < -4 || exponent >= 6) return exponential(value, digits, exponent);
  return fixed(value, Math.max(digits.length - 1 - exponent, 0));
}

export function format(template: string, values: Value[]): string {
  let taken = 0;
  return template.replace(CLAUSE, (_, percent, precision, clause) => {
    if (percent) return percent;
    if (!clause) return fail("format: unexpected end of the format string");
    if (!"sdfeboxX".includes(clause)) fail(`format: unrecognized formatting clause "${clause}"`);
    if (precision > MOST_DIGITS) fail(`format: more than ${MOST_DIGITS} digits`);
    if (taken >= values.length) fail(`format: index ${taken} out of range`);
    return formatted(clause, precision ? +precision : 6, values[taken++] as Value);
  });
}

function formatted(clause: string, precision: number, value: Value): string {
  if (clause === "s") return text(value);
  const whole = value instanceof UInt ? value.value : value;
  const base = BASES[clause];
  if (typeof whole === "bigint" && clause === "d") return `${whole}`;
  if (!base && (typeof whole === "bigint" || typeof whole === "number")) {
    const number = Number(whole);
    if (!Number.isFinite(number)) return special(number);
    return clause === "e" ? exponential(number, ...scientific(number, precision)) : fixed(number, precision);
  }
  const upper = (digits: string) => (clause === "X" ? digits.toUpperCase() : digits);
  if (base && typeof whole === "bigint") return upper(whole.toString(base));
  if (clause === "b" && typeof value === "boolean") return value ? "1" : "0";
  if (base === 16 && (typeof value === "string" || isBytes(value))) {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return upper(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return fail(`format: %${clause} cannot write a ${kind(value)}`);
}

/** A value as `%s` writes it. */
function text(value: Value): string {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return special(value);
    const [digits, exponent] = scientific(value, 5);
    return general(value, digits.replace(/^(.+?)0*$/, "$1"), exponent);
  }
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (isBytes(value)) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
  if (value instanceof CelMap) {
    const entries = value.entries().map(([key, item]) => [text(key), text(item)] as const);
    entries.sort(([one, value], [other, beside]) => compareTexts(one, other) || compareTexts(value, beside));
    return `{${entries.map((entry) => entry.join(": ")).join(", ")}}`;
  }
  if (value instanceof TypeName) return value.name;
  if (kind(value) === "optional") return fail("format: %s cannot write an optional");
  return kind(value) === "timestamp" ? `${value}`.replace(/(\.\d*?)0+Z$/, "$1Z") : `${value}`;
}
