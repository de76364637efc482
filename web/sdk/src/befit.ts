/** `createBefit`: the core with `<befit-slot>` elements and their renderers. */

import { createClient } from "./client";
import { createModules } from "./slots/modules";
import { redrawSlots, serveSlots } from "./slots/slot-element";
import type { Befit, Options, Props } from "./types";

/** Starts befit on this page. `S` maps slot names to the props of what they show. Call it once, in a browser. */
export function createBefit<S extends object = Record<string, Props>>(options: Options): Befit<S> {
  const client = createClient(options);
  const { subscribe, observe, close } = client;
  const { define, render } = createModules(redrawSlots);
  const stop = serveSlots({ subscribe, observe, render });
  const befit: Befit = Object.assign(client, {
    define,
    close() {
      stop();
      close();
    },
  });
  return befit as unknown as Befit<S>;
}
