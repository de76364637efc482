import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as cel from "../../src/conditions";
import { differences, type Vector } from "./vectors.mjs";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
/** `make test` writes it with everything that can be had, CEL's conformance suite included. */
const all = "../../../../build/vectors.jsonl";

describe("the answers are those of befit's server", () => {
  test("for every vector of our own", () => {
    const vectors: Vector[] = JSON.parse(read("vectors.json"));
    expect(vectors.length).toBeGreaterThan(700);
    expect(vectors.flatMap((vector) => differences(cel, vector)).slice(0, 20)).toEqual([]);
  });

  test.skipIf(!existsSync(new URL(all, import.meta.url)))("for every vector that was built", () => {
    const vectors: Vector[] = read(all)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(vectors.flatMap((vector) => differences(cel, vector)).slice(0, 20)).toEqual([]);
  });
});
