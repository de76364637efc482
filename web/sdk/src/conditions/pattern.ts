/**
 * RE2 patterns as JavaScript runs them: a translation of RE2's syntax with RE2's meaning.
 *
 * Every character and class is written out, case included, so that no flag but `u` is needed: classes are ASCII, `$` is
 * the very end, flags may stand anywhere in a group. What RE2 refuses (backreferences, lookaround, possessive repetition)
 * is refused, and so are `\C` and Unicode classes (`\pN`), which befit does not offer.
 */

import { fail } from "./values";

const LAST = 0x10ffff;
const MOST_REPEATS = 1000;
const KEPT = 1000;

/** Classes as pairs of characters, the ends of ranges. */
const PERL: Record<string, string> = { d: "09", w: "09AZaz__", s: "\t\n\f\r  " };
const POSIX: Record<string, string> = {
  alnum: "09AZaz",
  alpha: "AZaz",
  ascii: "\0\x7f",
  blank: "\t\t  ",
  cntrl: "\0\x1f\x7f\x7f",
  digit: "09",
  graph: "!~",
  lower: "az",
  print: " ~",
  punct: "!/:@[`{~",
  space: "\t\r  ",
  upper: "AZ",
  word: "09AZaz__",
  xdigit: "09AFaf",
};
const ASSERTIONS: Record<string, string> = { b: "\\b", B: "\\B", A: "^", z: "$" };
const CONTROL: Record<string, string> = { a: "\x07", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
/** Characters that have a partner in another case which neither toUpperCase() and toLowerCase() nor their place tells. */
const ODD = "\u0345\u00b5ſςϐϑϕϖϰϱϴϵᲀᲁᲂᲃᲄᲅᲆᲇᲈẛẞ\u1fbe\u1fd3\u0390\u1fe3\u03b0\u2126\u212a\u212b";
const NEAR = [1, -1, 8, -8, 9, -9];

const REPEAT = /(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)/y;
const GROUP = /\(\?(?:P?<(\w+)>|([imsU]*)(?:-([imsU]+))?([:)]))/y;
const PERL_CLASS = /\\([dswDSW])/y;
const POSIX_CLASS = /\[:(\^?)(.*?):\]/sy;
const ESCAPE = /\\(?:x\{([\dA-Fa-f]+)\}|x([\dA-Fa-f]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2})|([aftnrv])|([!-/:-@[-`{-~]))/y;

const known = new Map<string, RegExp>();

/** The RegExp of an RE2 pattern. */
export function pattern(source: string): RegExp {
  let compiled = known.get(source);
  if (!compiled) {
    const translated = translate(source);
    try {
      compiled = new RegExp(translated, "u");
    } catch {
      return fail(`invalid regular expression: too large: '${source}'`);
    }
    if (known.size >= KEPT) known.clear();
    known.set(source, compiled);
  }
  return compiled;
}

/** One pass from left to right. */
function translate(text: string): string {
  let at = 0;
  let result = "";
  let flags = "";
  let repeatable = false;
  const groups: string[] = [];
  const names = new Set<string>();

  const refuse = (why: string): never => fail(`invalid regular expression: ${why}: '${text}'`);
  const take = (syntax: RegExp): RegExpExecArray | null => {
    syntax.lastIndex = at;
    const found = syntax.exec(text);
    at += found ? found[0].length : 0;
    return found;
  };
  const takeChar = (): string => {
    const char = String.fromCodePoint(codeOf(text.slice(at)));
    at += char.length;
    return char;
  };
  const emit = (part: string, mayRepeat = true): void => {
    result += part;
    repeatable = mayRepeat;
  };
  /** A range as members of a class. */
  const member = (low: number, high = low): string =>
    `${escaped(low)}-${escaped(high)}${flags.includes("i") ? otherCases(low, high) : ""}`;
  const members = (pairs: string): string =>
    pairs.replace(/(.)(.)/gs, (_, low, high) => member(codeOf(low), codeOf(high)));
  const emitChar = (char: string): void => emit(`[${member(codeOf(char))}]`);

  function repeat([all, sign, low, comma, high, lazy]: string[]): void {
    if (!repeatable) refuse(`no argument for, or bad, repetition operator ${all}`);
    if (low && (+low > MOST_REPEATS || (high && (+high < +low || +high > MOST_REPEATS))))
      refuse(`invalid repetition size ${all}`);
    if (high && !comma) refuse(`bad repetition ${all}`);
    emit((sign ?? `{${low}${comma}${high}}`) + (!lazy === flags.includes("U") ? "?" : ""), false);
  }
  function open(): void {
    const plain = !text.startsWith("(?", at);
    if (plain) at++;
    const [, name, on = "", off = "", end = ""] = plain ? [] : (take(GROUP) ?? refuse("unsupported group"));
    if (end === ")" && !on && !off) refuse("unsupported group");
    if (name && names.has(name)) refuse(`duplicate capture group name ${name}`);
    if (name) names.add(name);
    if (end !== ")") {
      groups.push(flags);
      emit("(?:", false);
    }
    flags = [...flags, ...on].filter((flag) => !off.includes(flag)).join("");
  }
  function close(): void {
    flags = groups.pop() ?? refuse("unexpected )");
    emit(")");
  }
  function backslash(): void {
    const char = text[at + 1] ?? "";
    if (ASSERTIONS[char]) {
      at += 2;
      emit(`(?:${ASSERTIONS[char]})`);
    } else if (char === "Q") {
      const end = text.indexOf("\\E", at);
      for (at += 2; at < (end < 0 ? text.length : end); ) emitChar(takeChar());
      at = end < 0 ? at : end + 2;
    } else {
      const [perl, not] = perlClass();
      if (perl) emit(`[${not}${perl}]`);
      else emitChar(escapedChar());
    }
  }
  function perlClass(): [members?: string, not?: string] {
    const name = take(PERL_CLASS)?.[1];
    return name ? [members(PERL[name.toLowerCase()] as string), name < "a" ? "^" : ""] : [];
  }
  function escapedChar(): string {
    const [, braced, two, octal, control, sign] =
      take(ESCAPE) ?? refuse(`invalid or unsupported escape ${text.slice(at, at + 2)}`);
    if (control || sign) return CONTROL[control ?? ""] ?? (sign as string);
    const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(braced ?? (two as string), 16);
    return code > LAST ? refuse("no such character") : String.fromCodePoint(code);
  }
  function bracketed(): void {
    const negated = text[at + 1] === "^";
    at += negated ? 2 : 1;
    let all = "";
    let complements = "";
    do {
      if (at >= text.length) refuse("missing ]");
      const [item, not] = classItem();
      if (not) complements += `|[^${item}]`;
      else all += item;
    } while (text[at] !== "]");
    at++;
    emit(negated ? `(?:(?![${all}]${complements})[^])` : `(?:[${all}]${complements})`);
  }
  function classItem(): [members?: string, not?: string] {
    const [posix, not, name = ""] = take(POSIX_CLASS) ?? [];
    if (posix) return [members(POSIX[name] ?? refuse(`invalid character class ${posix}`)), not as string];
    const perl = perlClass();
    if (perl[0]) return perl;
    const low = classChar();
    if (text[at] !== "-" || text[at + 1] === "]") return [member(codeOf(low))];
    at++;
    const high = at < text.length ? classChar() : "";
    if (!high || codeOf(high) < codeOf(low)) refuse(`invalid character class range ${low}-${high}`);
    return [member(codeOf(low), codeOf(high))];
  }
  const classChar = () => (text[at] === "\\" ? escapedChar() : takeChar());

  while (at < text.length) {
    const repetition = take(REPEAT);
    const char = text[at];
    if (repetition) repeat(repetition);
    else if (char === "(") open();
    else if (char === "[") bracketed();
    else if (char === "\\") backslash();
    else {
      const next = takeChar();
      if (next === ")") close();
      else if (next === "|") emit("|", false);
      else if (next === "^") emit(flags.includes("m") ? "(?:^|(?<=\\n))" : "(?:^)");
      else if (next === "$") emit(flags.includes("m") ? "(?:$|(?=\\n))" : "(?:$)");
      else if (next === ".") emit(flags.includes("s") ? "[^]" : "[^\\n]");
      else emitChar(next);
    }
  }
  return groups.length ? refuse("missing )") : result;
}

const codeOf = (char: string) => char.codePointAt(0) as number;
const escaped = (code: number) => `\\u{${code.toString(16)}}`;

/** What Unicode's simple case folding takes for the same as a character of the range. */
function otherCases(low: number, high: number): string {
  let all = "";
  for (let code = low; code <= high; code++) {
    const char = String.fromCodePoint(code);
    const upper = char.toUpperCase();
    const lower = char.toLowerCase();
    if (upper === lower && !ODD.includes(char)) continue;
    const near = NEAR.filter((step) => code + step > 0).map((step) => String.fromCodePoint(code + step));
    const same = new RegExp(`^${escaped(code)}$`, "iu");
    for (const other of [upper, lower, upper.toLowerCase(), lower.toUpperCase(), ...near, ...ODD])
      if (same.test(other)) all += escaped(codeOf(other));
  }
  return all;
}
