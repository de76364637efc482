/**
 * From the portable form of a condition to closures that evaluate it, with CEL's rules for errors.
 *
 * `&&`, `||`, `?:` and the macros take in errors as CEL says: a side that decides the result makes an error on the other
 * side disappear. The shape of the form is described in befit's `befit/cel/ast.py`, its exact meaning in `evaluate.py`.
 */

import { CONVERSIONS } from "./conversions";
import { converter, fromAny, isRecord, member, present, type Variables } from "./input";
import { MATH } from "./math";
import { has, items, OPERATORS, optionalIndex, optionalSelect, select, truth } from "./operators";
import { decodeBase64, STRINGS } from "./strings";
import { Duration, TIME, Timestamp } from "./time";
import { CelMap, ConditionError, fail, failOverload, kind, Optional, TypeName, UInt, type Value } from "./values";

/** A condition in portable form: a literal, or an array that starts with its tag. */
export type Node = null | boolean | number | string | readonly Node[];

interface Scope {
  readonly input: Variables;
  /** What macros bind. An error is thrown when the variable is read. */
  readonly bound: Readonly<Record<string, Value | ConditionError>>;
}
type Run = (scope: Scope) => Value;
type Names = readonly Node[];
type Builder = (parts: readonly Node[], bound: Names) => Run;

/** By name and kinds of arguments (`+ int int`), or the number of arguments of any kind (`== 2`). */
const FUNCTIONS: Record<string, (...values: never[]) => Value> = {
  ...OPERATORS,
  ...CONVERSIONS,
  ...STRINGS,
  ...MATH,
  ...TIME,
};

/** The closure of a node. `bound` names the variables of the macros around it. */
export function build(node: Node, bound: Names = []): Run {
  if (!isList(node)) {
    const value = typeof node === "number" ? BigInt(node) : node;
    return () => value;
  }
  const [tag, ...parts] = node as [string, ...Node[]];
  if (Object.hasOwn(SPECIAL, tag)) return (SPECIAL[tag] as Builder)(parts, bound);
  const runs = parts.map((part) => build(part, bound));
  return (scope) => {
    const values = runs.map((run) => run(scope));
    const call = FUNCTIONS[`${tag} ${values.map(kind).join(" ")}`] ?? FUNCTIONS[`${tag} ${values.length}`];
    return call ? (call as (...values: Value[]) => Value)(...values) : failOverload(tag, ...values);
  };
}

const isList = (node: Node | undefined): node is readonly Node[] => Array.isArray(node);

/** The value of an expression, or its error as a value. */
function attempt(run: Run, scope: Scope): Value | ConditionError {
  try {
    return run(scope);
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
}

const LITERALS: Record<string, (value: string) => Value> = {
  int: BigInt,
  uint: (value) => new UInt(BigInt(value)),
  double: (value) => Number(value.replace?.("inf", "Infinity") ?? value),
  bytes: decodeBase64,
  duration: Duration.parse,
  timestamp: Timestamp.parse,
  type: (value) => new TypeName(value),
};

/** A variable, as `read` wants it: `converter` for its value, `shallow` for a map to select from. */
function variable([name, type]: readonly Node[], bound: Names, read = converter): Run {
  const id = name as string;
  if (bound.includes(id))
    return (scope) => {
      const value = scope.bound[id] as Value | ConditionError;
      if (value instanceof ConditionError) throw value;
      return value;
    };
  const convert = read(type as string | undefined, fromAny);
  return ({ input }) => {
    const value = member(input, id);
    return value === undefined ? fail(`unknown variable: ${id}`) : present(convert(value), id);
  };
}

/** `operand.field`. */
function field([operand, name, type]: readonly Node[], bound: Names, read = converter): Run {
  const id = name as string;
  const run = selectable(operand as Node, bound);
  const fromInput = read(type as string | undefined, fromAny);
  const fromValue = converter(type as string | undefined, (value) => value as Value);
  return (scope) => {
    const from = run(scope);
    if (!isRecord(from)) return present(fromValue(select(from, id)), id);
    const value = member(from, id);
    return present(value === undefined ? value : fromInput(value), id);
  };
}

/** An operand to select from: a page's own object stays as it is, since only what is selected has to be converted. */
function selectable(node: Node, bound: Names): Run {
  const [tag, ...parts] = isList(node) ? node : [];
  if (tag === "var") return variable(parts, bound, shallow);
  return tag === "get" ? field(parts, bound, shallow) : build(node, bound);
}

const shallow: typeof converter = (type, otherwise) => {
  const convert = converter(type, otherwise);
  return (value) => (isRecord(value) ? (value as unknown as Value) : convert(value));
};

/** `&&` (decided by false) and `||` (decided by true): either side may decide, whatever the other does. */
function logical(decisive: boolean): Builder {
  return (parts, bound) => {
    const sides = parts.map((part) => build(part, bound));
    return (scope) => {
      let error: ConditionError | undefined;
      for (const side of sides) {
        const value = attempt((scope) => truth(side(scope)), scope);
        if (value === decisive) return decisive;
        if (value instanceof ConditionError) error ??= value;
      }
      if (error) throw error;
      return !decisive;
    };
  };
}

/** `a.or(b)` and `a.orValue(b)`: b is evaluated only when it is needed. */
function or(name: string): Builder {
  return (parts, bound) => {
    const [first, second] = parts.map((part) => build(part, bound)) as [Run, Run];
    return (scope) => {
      const value = first(scope);
      if (!(value instanceof Optional)) return failOverload(name, value);
      if (value.values.length) return name === "or" ? value : (value.values[0] as Value);
      const other = second(scope);
      return name === "or" && !(other instanceof Optional) ? failOverload(name, other) : other;
    };
  };
}

/** An item or entry that may be left out: `?x`. */
const isOptional = (node: Node | undefined): node is readonly [string, Node] => isList(node) && node[0] === "?";
const valuesOf = (value: Value): readonly Value[] =>
  value instanceof Optional ? value.values : fail(`no matching overload: ?${kind(value)} is not an optional value`);

function list(parts: readonly Node[], bound: Names): Run {
  const runs = parts.map((part) => [build(isOptional(part) ? part[1] : part, bound), isOptional(part)] as const);
  return (scope) => runs.flatMap(([run, optional]) => (optional ? valuesOf(run(scope)) : [run(scope)]));
}

function map(parts: readonly Node[], bound: Names): Run {
  const entries: [key: Run, value: Run, optional: boolean][] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const key = parts[at] as Node;
    const optional = isOptional(key);
    entries.push([build(optional ? key[1] : key, bound), build(parts[at + 1] as Node, bound), optional]);
  }
  return (scope) => {
    const result = new CelMap();
    for (const [keyRun, run, optional] of entries) {
      const key = keyRun(scope);
      if (!["bool", "int", "uint", "string"].includes(kind(key))) fail(`invalid map key type: ${kind(key)}`);
      if (result.has(key)) fail(`duplicate key in map: ${key}`);
      const value = run(scope);
      for (const each of optional ? valuesOf(value) : [value]) result.set(key, each);
    }
    return result;
  };
}

/** A comprehension. Its result variable may hold an error for a while, as in `[1, 0].exists(i, 1 / i == 1)`. */
function fold(parts: readonly Node[], outside: Names): Run {
  const [variable, second, range, result, start, ...inner] = parts as [
    string,
    string | null,
    Node,
    string,
    Node,
    ...Node[],
  ];
  const [rangeOf, startOf] = [build(range, outside), build(start, outside)];
  const bound = [...outside, variable, result, ...(second ? [second] : [])];
  const [goesOn, step] = inner.slice(0, 2).map((part) => build(part, bound)) as [Run, Run];
  const finish = build(inner[2] as Node, [...outside, result]);
  return ({ input, bound }) => {
    const source = rangeOf({ input, bound });
    let value = attempt(startOf, { input, bound });
    for (const [position, item] of items(source).entries()) {
      const names: Record<string, Value | ConditionError> = {
        __proto__: null,
        ...bound,
        [result]: value,
        [variable]: item,
      };
      if (second) {
        names[variable] = source instanceof CelMap ? item : BigInt(position);
        names[second] = source instanceof CelMap ? source.get(item) : item;
      }
      const scope = { input, bound: names };
      if (!truth(goesOn(scope))) break;
      value = attempt(step, scope);
    }
    return finish({ input, bound: { __proto__: null, ...bound, [result]: value } as Scope["bound"] });
  };
}

const SPECIAL: Record<string, Builder> = {
  "=": ([type, value]) => {
    const literal = (LITERALS[type as string] as (value: unknown) => Value)(value);
    return () => literal;
  },
  var: (parts, bound) => variable(parts, bound),
  get: (parts, bound) => field(parts, bound),
  has: ([operand, name], bound) => {
    const run = selectable(operand as Node, bound);
    return (scope) => {
      const from = run(scope);
      return isRecord(from) ? member(from, name as string) !== undefined : has(from, name as string);
    };
  },
  "?.": ([operand, name, type], bound) => {
    const run = selectable(operand as Node, bound);
    const inner = type?.toString().slice("optional(".length, -1);
    const fromInput = converter(inner, fromAny);
    const fromValue = converter(inner, (value) => value as Value);
    return (scope) => {
      const from = run(scope);
      const found = isRecord(from) ? [member(from, name as string)] : optionalSelect(from, name as string).values;
      const convert = isRecord(from) ? fromInput : fromValue;
      return new Optional(
        ...found.map((value) => (value === undefined ? value : convert(value))).filter((value) => value !== undefined),
      );
    };
  },
  "[?]": ([operand, key], bound) => {
    const [container, index] = [build(operand as Node, bound), build(key as Node, bound)];
    return (scope) => optionalIndex(container(scope), index(scope));
  },
  "&&": logical(false),
  "||": logical(true),
  "?:": (parts, bound) => {
    const [condition, then, otherwise] = parts.map((part) => build(part, bound)) as [Run, Run, Run];
    return (scope) => (truth(condition(scope)) ? then : otherwise)(scope);
  },
  or: or("or"),
  orValue: or("orValue"),
  list,
  map,
  fold,
  not_strictly_false: ([operand], bound) => {
    const run = build(operand as Node, bound);
    return (scope) => attempt(run, scope) !== false;
  },
  holds: ([operand], bound) => {
    const run = build(operand as Node, bound);
    return (scope) => attempt(run, scope) === true;
  },
};
