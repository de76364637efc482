/**
 * The script tag: `<script src="https://befit.example/befit.js" data-write-key="KEY" defer></script>`.
 *
 * Starts by itself with the script's origin as host and becomes `window.befit`. Calls that the page pushed before, as in
 * `(window.befit = window.befit || []).push(["track", "Signed Up", {plan: "free"}])`, are made now; later ones at once.
 */

import { createBefit } from "./befit";
import type { Befit } from "./types";

type Call = [method: keyof Befit, ...args: unknown[]];
type Global = { befit?: Call[] | object };

const script = document.currentScript as HTMLScriptElement | null;
const { writeKey, host, autoPage } = script?.dataset ?? {};

if (script && writeKey) {
  const page = window as Global;
  const early = Array.isArray(page.befit) ? page.befit : [];
  const befit = createBefit({ writeKey, host: host ?? new URL(script.src).origin, autoPage: autoPage !== "false" });
  const push = ([method, ...args]: Call) => (befit[method] as (...args: unknown[]) => unknown)(...args);
  page.befit = Object.assign(befit, { push });
  early.forEach(push);
} else {
  console.error("befit: the script tag needs a data-write-key");
}
