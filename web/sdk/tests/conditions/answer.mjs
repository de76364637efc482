/** Answers vectors, one JSON object a line, with the built module: what befit's property tests hold against the server. */

import { createInterface } from "node:readline";
import * as cel from "../../dist/conditions.js";
import { answer, read } from "./vectors.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { ast, variables, json } = JSON.parse(line);
  const typed = Object.fromEntries(Object.entries(variables).map(([name, node]) => [name, read(cel, node)]));
  const answers = [typed, ...(json ? [json] : [])].map((given) => ({
    ...answer(cel, ast, given),
    test: cel.compile(ast).test(given),
  }));
  console.log(JSON.stringify(answers));
}
