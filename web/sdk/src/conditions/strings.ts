/** CEL's functions of texts, and base64. Positions count code points, not the UTF-16 units that JavaScript counts. */

import { format } from "./format";
import { pattern } from "./pattern";
import { fail, failOverload, type Value } from "./values";

/** Unicode's White_Space; `trim()` would take U+FEFF too, and leave U+0085. */
const SPACE = "[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const AROUND = new RegExp(`^${SPACE}|${SPACE}$`, "g");
const BASE64 = /^([A-Za-z\d+/]{4})*([A-Za-z\d+/]{2}={0,2}|[A-Za-z\d+/]{3}=?)?$/;
const ESCAPES: Record<string, string> = {
  "\x07": "a",
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
  "\v": "v",
  "\\": "\\",
  '"': '"',
};

/** The first `position` characters. */
function before(text: string, position: bigint): string {
  const chars = [...text];
  if (position < 0n || position > chars.length) fail(`index out of range: ${position} of ${chars.length}`);
  return chars.slice(0, Number(position)).join("");
}

const positionOf = (text: string, units: number) => BigInt(units < 0 ? -1 : [...text.slice(0, units)].length);

function substring(text: string, start: bigint, end = BigInt([...text].length)): string {
  const from = before(text, start).length;
  const to = before(text, end).length;
  return to < from ? fail(`substring ends (${end}) before it starts (${start})`) : text.slice(from, to);
}

function replace(text: string, part: string, by: string, limit = -1n): string {
  const parts = part ? text.split(part) : ["", ...text, ""];
  return parts.reduce((done, next, count) => done + (limit < 0n || count <= limit ? by : part) + next);
}

function split(text: string, separator: string, limit = -1n): string[] {
  const parts = separator || !text ? text.split(separator || "\0") : [...text];
  if (limit < 0n || limit >= parts.length) return parts;
  const kept = Math.max(Number(limit) - 1, 0);
  return limit ? [...parts.slice(0, kept), parts.slice(kept).join(separator)] : [];
}

function join(parts: Value[], separator = ""): string {
  return parts.every((part) => typeof part === "string") ? parts.join(separator) : failOverload("join", ...parts);
}

const quote = (text: string) =>
  `"${Array.from(text, (char) => (ESCAPES[char] ? `\\${ESCAPES[char]}` : char)).join("")}"`;

export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

export function decodeBase64(text: string): Uint8Array {
  if (!BASE64.test(text)) fail("not base64");
  return Uint8Array.from(atob(text.replace(/=+$/, "")), (char) => char.charCodeAt(0));
}

export const STRINGS: Record<string, (...values: never[]) => Value> = {
  "contains string string": (text: string, part: string) => text.includes(part),
  "startsWith string string": (text: string, part: string) => text.startsWith(part),
  "endsWith string string": (text: string, part: string) => text.endsWith(part),
  "matches string string": (text: string, source: string) => pattern(source).test(text),
  "charAt string int": (text: string, position: bigint) => [...text.slice(before(text, position).length)][0] ?? "",
  "indexOf string string": (text: string, part: string) => positionOf(text, text.indexOf(part)),
  "indexOf string string int": (text: string, part: string, start: bigint) =>
    positionOf(text, text.indexOf(part, before(text, start).length)),
  "lastIndexOf string string": (text: string, part: string) => positionOf(text, text.lastIndexOf(part)),
  "lastIndexOf string string int": (text: string, part: string, start: bigint) =>
    positionOf(text, text.lastIndexOf(part, before(text, start).length)),
  "substring string int": substring,
  "substring string int int": substring,
  "lowerAscii string": (text: string) => text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()),
  "upperAscii string": (text: string) => text.replace(/[a-z]+/g, (lower) => lower.toUpperCase()),
  "replace string string string": replace,
  "replace string string string int": replace,
  "split string string": split,
  "split string string int": split,
  "trim string": (text: string) => text.replace(AROUND, ""),
  "reverse string": (text: string) => [...text].reverse().join(""),
  "format string list": format,
  "join list": join,
  "join list string": join,
  "strings.quote string": quote,
  "base64.encode bytes": encodeBase64,
  "base64.decode string": decodeBase64,
};
