/** @befit/browser/core: the client alone, for pages that draw their slots themselves. */

export { createClient } from "./client";
export type * from "./types";
