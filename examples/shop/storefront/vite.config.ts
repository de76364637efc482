/** Builds the pages into dist/, where `befit serve` finds them (site.yaml: `pages`). */

import { defineConfig, type Plugin } from "vite";
import { parse } from "yaml";

/** Lets the pages import the collections of the site folder, so that shop and site cannot disagree. */
function yaml(): Plugin {
  return {
    name: "yaml",
    transform(source, id) {
      if (!id.endsWith(".yaml")) return null;
      return { code: `export default ${JSON.stringify(parse(source))}`, map: null };
    },
  };
}

export default defineConfig({
  plugins: [yaml()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { host: "127.0.0.1", proxy: { "/v1": { target: "http://127.0.0.1:8400", ws: true } } },
});
