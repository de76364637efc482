/** Bundles and minifies: what the build writes is what the size test weighs. */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));

/** `entries`: name -> file under src/. Gives file name -> code; what several entries share becomes a file of its own. */
export async function bundle(entries, format = "es") {
  const files = Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `${root}src/${file}`]));
  const [{ output }] = await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      lib: { entry: files, formats: [format], name: "befit_", fileName: (_, name) => `${name}.js` },
      rolldownOptions: { output: { chunkFileNames: "shared.js" } },
      target: "es2022",
      minify: false,
      write: false,
    },
  });
  const minified = output.map(async ({ fileName, code }) => {
    const options = { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true } };
    return [fileName, (await minify(code, options)).code];
  });
  return Object.fromEntries(await Promise.all(minified));
}

/** Bytes of an entry with everything it needs, gzipped. */
export async function weigh(file) {
  const code = Object.values(await bundle({ weighed: file })).join("");
  return gzipSync(code, { level: 9 }).length;
}
