/**
 * Builds dist/index.js, dist/core.js and dist/conditions.js (ESM) and dist/befit.js (script tag), the last also where the
 * server serves it.
 */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { bundle } from "./bundle.mjs";

const dist = new URL("dist/", import.meta.url);
const served = new URL("../../src/befit/api/static/", import.meta.url);

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
await mkdir(served, { recursive: true });
const modules = {
  ...(await bundle({ index: "index.ts", core: "core.ts" })),
  ...(await bundle({ conditions: "conditions.ts" })),
};
for (const [name, code] of Object.entries(modules)) {
  await writeFile(new URL(name, dist), code);
}
const { "befit.js": script } = await bundle({ befit: "script.ts" }, "iife");
await writeFile(new URL("befit.js", dist), script);
await writeFile(new URL("befit.js", served), script);
