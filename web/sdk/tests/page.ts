/** One line to a server and a client for a test; both go when the test ends. */

import { onTestFinished } from "vitest";
import { createBefit } from "../src/index";
import type { Befit, Failure, Options } from "../src/types";
import { Server } from "./server";

export async function serverOf(): Promise<Server> {
  const server = await new Server().start();
  onTestFinished(() => server.stop());
  return server;
}

/** A client of `server` that sends nothing by itself unless `options` say so; `failures` is what it reported. */
export function clientOf(server: { url: string }, options: Partial<Options> = {}): Befit & { failures: Failure[] } {
  const befit = createBefit({ writeKey: "key", host: server.url, autoPage: false, ...options });
  const failures: Failure[] = [];
  befit.onError((failure) => failures.push(failure));
  onTestFinished(() => befit.close());
  return Object.assign(befit, { failures });
}
