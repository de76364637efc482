import { describe, expect, test } from "vitest";
import {
  type CelMap,
  ConditionError,
  compile,
  Double,
  Duration,
  type Node,
  Timestamp,
  toJson,
  UInt,
} from "../../src/conditions";

/** `event.properties.NAME`, with a declared type or none. */
const property = (name: string, type?: string): Node => {
  const properties: Node = ["get", ["var", "event", "map(string, dyn)"], "properties", "map(string, dyn)"];
  return type ? ["get", properties, name, type] : ["get", properties, name];
};
const evaluated = (given: unknown, type?: string) =>
  compile(property("x", type)).value({ event: { properties: { x: given } } });

function errorOf(run: () => unknown): ConditionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
  throw new Error("it did not err");
}

describe("a declared type decides what JSON becomes", () => {
  test.each([
    [20, "double", 20],
    [20, "int", 20n],
    [20.5, "double", 20.5],
    [20, "uint", new UInt(20n)],
    [7, "string", "7"],
    [true, "bool", true],
    ["AP8=", "bytes", new Uint8Array([0, 255])],
    ["2026-01-31T12:00:00Z", "timestamp", new Timestamp(1_769_860_800_000_000_000n)],
    [new Date(1500), "timestamp", new Timestamp(1_500_000_000n)],
    ["1h30m", "duration", new Duration(5_400_000_000_000n)],
    [[1, 2.5], "list(double)", [1, 2.5]],
    [["1s"], "list(duration)", [new Duration(1_000_000_000n)]],
  ])("%j as %s", (given, type, value) => {
    expect(evaluated(given, type)).toEqual(value);
  });

  test("in maps too", () => {
    const affinity = evaluated({ lamps: 2, sofas: 0.5 }, "map(string, double)") as CelMap;
    expect(affinity.entries()).toEqual([
      ["lamps", 2],
      ["sofas", 0.5],
    ]);
  });

  test.each([
    ["twenty", "int"],
    [20.5, "int"],
    [true, "double"],
    [1, "bool"],
    ["yesterday", "timestamp"],
    [5, "duration"],
    [null, "string"],
    [[], "string"],
  ])("%j is no %s: it counts as missing", (given, type) => {
    expect(errorOf(() => evaluated(given, type))).toMatchObject({ message: "no such key: x", missing: true });
  });
});

describe("without a declared type", () => {
  test.each<[unknown, unknown]>([
    [20, 20n],
    [-0, -0],
    [20.5, 20.5],
    [1e300, 1e300],
    [5n, 5n],
    [new Double(20), 20],
    [new Date(0), new Timestamp(0n)],
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"],
    [null, null],
    [
      [1, [2.5]],
      [1n, [2.5]],
    ],
  ])("%s", (given, value) => {
    expect(evaluated(given)).toEqual(value);
  });

  test("an object is a map with text keys, and a Map may have others", () => {
    expect((evaluated({ a: 1 }) as CelMap).entries()).toEqual([["a", 1n]]);
    const lookUp = compile(["[]", property("x"), ["=", "double", 1]]);
    expect(lookUp.value({ event: { properties: { x: new Map([[1, "one"]]) } } })).toBe("one");
  });
});

describe("what an object inherits is not in it", () => {
  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s", (name) => {
    const variables = { event: { properties: {} } };
    expect(compile(["has", ["get", ["var", "event"], "properties"], name]).test(variables)).toBe(false);
    expect(errorOf(() => compile(property(name)).value(variables)).missing).toBe(true);
    expect(errorOf(() => compile(["var", name]).value({})).message).toBe(`unknown variable: ${name}`);
    expect(errorOf(() => compile([name, 1]).value({})).message).toBe(`no matching overload: ${name}(int)`);
  });

  test("but may be written by a page", () => {
    const variables = { event: { properties: JSON.parse('{"__proto__": 1, "constructor": 2}') } };
    expect(compile(["+", property("__proto__", "int"), property("constructor", "int")]).value(variables)).toBe(3n);
  });
});

describe("test", () => {
  const more = compile([">", property("x", "int"), 5]);

  test("is true only if the expression is definitely true", () => {
    expect(more.test({ event: { properties: { x: 6 } } })).toBe(true);
    expect(more.test({ event: { properties: { x: 5 } } })).toBe(false);
    expect(compile(1).test({})).toBe(false);
  });

  test.each([
    {},
    { event: null },
    { event: {} },
    { event: { properties: [] } },
    { event: { properties: { x: () => 6 } } },
  ])("is false for %j", (variables) => {
    expect(more.test(variables)).toBe(false);
  });
});

test("only what is selected is converted", () => {
  const event = { properties: { x: 6 }, traits: new Proxy({}, { ownKeys: () => expect.unreachable() }) };
  expect(compile(property("x", "int")).value({ event })).toBe(6n);
});

test("a pattern that RE2 refuses is refused, whatever JavaScript says", () => {
  for (const pattern of ["(?=a)", "(a)\\1", "a++", "\\Z", "(?<!a)b", "\\pL"])
    expect(errorOf(() => compile(["matches", "a", pattern]).value({})).message).toMatch(/^invalid regular expression/);
});

test("a literal that is none is refused when it is compiled", () => {
  expect(errorOf(() => compile(["=", "duration", "1 day"])).message).toMatch(/^not a duration/);
});

test("a value as JSON", () => {
  const list: Node = [
    "list",
    1,
    ["=", "uint", 2],
    ["=", "double", "nan"],
    ["=", "bytes", "AP8="],
    ["=", "type", "int"],
  ];
  expect(toJson(compile(list).value({}))).toEqual([1, 2, "NaN", "AP8=", "int"]);
  const map: Node = ["map", true, ["=", "duration", "90s"], 1, ["optional.none"], "a", ["optional.of", null]];
  expect(toJson(compile(map).value({}))).toEqual({ true: "90s", 1: null, a: null });
});
