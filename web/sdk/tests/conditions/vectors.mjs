/**
 * Reads and writes the test vectors of conditions (befit's `tests/vectors`), in Node and in browsers alike.
 *
 * `cel` is the module under test: `src/conditions.ts` or what is built of it. Values are written as literals of the
 * portable form: `["list", 1, ["=", "uint", 2]]`.
 */

/** A variable as a page would give it with all its types: ints as bigints, doubles that look like ints as Doubles. */
export function read(cel, node) {
  const [tag, ...parts] = Array.isArray(node) ? node : [];
  if (tag === "list") return parts.map((part) => read(cel, part));
  if (tag === "map") {
    const values = parts.map((part) => read(cel, part));
    return new Map(values.flatMap((key, at) => (at % 2 ? [] : [[key, values[at + 1]]])));
  }
  const value = cel.compile(node).value({});
  return typeof value === "number" ? new cel.Double(value) : value;
}

/** A value as a literal. */
export function written(cel, value) {
  const literal = (type, text) => ["=", type, text];
  if (typeof value === "bigint") return small(value) ? Number(value) : literal("int", `${value}`);
  if (typeof value === "number") return literal("double", double(value));
  if (value instanceof cel.UInt) return literal("uint", small(value.value) ? Number(value.value) : `${value}`);
  if (ArrayBuffer.isView(value)) return literal("bytes", cel.toJson(value));
  if (value instanceof cel.TypeName) return literal("type", value.name);
  if (value instanceof cel.Timestamp || value instanceof cel.Duration) return literal(value.kind, `${value}`);
  if (value instanceof cel.Optional)
    return value.values.length ? ["optional.of", written(cel, value.values[0])] : ["optional.none"];
  if (Array.isArray(value)) return ["list", ...value.map((item) => written(cel, item))];
  if (value instanceof cel.CelMap)
    return ["map", ...value.entries().flatMap((entry) => entry.map((part) => written(cel, part)))];
  return value;
}

const small = (value) => value >= -(2n ** 53n) && value <= 2n ** 53n;
const double = (value) => {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  return Number.isFinite(value) ? value : `${value}`.replace("Infinity", "inf").replace("NaN", "nan");
};

/** What the module under test answers: a value as a literal, or the kind of an error. */
export function answer(cel, ast, variables) {
  try {
    return { value: written(cel, cel.compile(ast).value(variables)) };
  } catch (error) {
    if (!(error instanceof cel.ConditionError)) throw error;
    return { error: error.message.match(/^[^:(]*/)[0].trim() };
  }
}

/** The answers of a module that are not those of the vector: with typed variables, with plain JSON, and of `test`. */
export function differences(cel, { source, ast, variables, json, value, error }) {
  const typed = Object.fromEntries(Object.entries(variables).map(([name, node]) => [name, read(cel, node)]));
  const wanted = canonical(error === undefined ? { value } : { error });
  const found = [];
  for (const [how, given] of Object.entries({ typed, json })) {
    if (given === undefined) continue;
    const got = canonical(answer(cel, ast, given));
    if (got !== wanted) found.push(`${source} (${how}): ${got} instead of ${wanted}`);
    if (cel.compile(ast).test(given) !== (value === true)) found.push(`${source} (${how}): test()`);
  }
  return found;
}

/** A text that is the same for the same answer: a map's entries have no order. */
function canonical(answer) {
  return JSON.stringify(answer, (_, part) => {
    if (!Array.isArray(part) || part[0] !== "map") return part;
    const entries = part.flatMap((key, at) => (at % 2 ? [[key, part[at + 1]]] : []));
    return ["map", ...entries.map((entry) => JSON.stringify(entry)).sort()];
  });
}
