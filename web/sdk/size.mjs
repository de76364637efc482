/** Prints what each entry weighs, minified and gzipped: one JSON line each. */

import { weigh } from "./bundle.mjs";

for (const entry of ["core", "index", "script", "conditions"]) {
  console.log(JSON.stringify({ entry: `@befit/browser ${entry}`, gzip_bytes: await weigh(`${entry}.ts`) }));
}
