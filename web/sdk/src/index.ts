/** @befit/browser: events out, decisions in. Start with `createBefit`. */

export { createBefit } from "./befit";
export { safeUrl } from "./slots/modules";
export type * from "./types";
