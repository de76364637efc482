/** Builds once what the tests of the built code need: the script tag's code, and what each entry weighs. */

import type { TestProject } from "vitest/node";
import { bundle, weigh } from "../bundle.mjs";

declare module "vitest" {
  interface ProvidedContext {
    script: string;
    /** Entry file -> bytes, minified and gzipped. */
    weights: Record<string, number>;
  }
}

export default async function build(project: TestProject): Promise<void> {
  const { "befit.js": script = "" } = await bundle({ befit: "script.ts" }, "iife");
  const weights: Record<string, number> = {};
  for (const file of ["core.ts", "index.ts", "script.ts", "conditions.ts"]) weights[file] = await weigh(file);
  project.provide("script", script);
  project.provide("weights", weights);
}
