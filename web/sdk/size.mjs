/** Prints what each entry weighs, minified and gzipped: one JSON line each. */

import { weigh } from "./bundle.mjs";

for (const [entry, file] of Object.entries({ core: "core.ts", index: "index.ts", script: "script.ts" })) {
  console.log(JSON.stringify({ entry: `@befit/browser ${entry}`, gzip_bytes: await weigh(file) }));
}
