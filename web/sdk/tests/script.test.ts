import { expect, inject, onTestFinished, test } from "vitest";
import { serverOf } from "./page";
import { decisionOf } from "./server";
import { until } from "./until";

type Page = { befit?: { push(call: unknown[]): void; track(event: string): void; close(): void } | unknown[] };
const page = window as Page;

/** Runs the built script as the page's tag would, and gives what it left in `window.befit`. */
function load(src: string, data: Record<string, string>) {
  const tag = document.createElement("script");
  Object.assign(tag.dataset, data);
  Object.defineProperty(tag, "src", { value: src });
  Object.defineProperty(document, "currentScript", { configurable: true, value: tag });
  new Function(inject("script"))();
  Reflect.deleteProperty(document, "currentScript");
  const befit = page.befit as Exclude<Page["befit"], unknown[] | undefined>;
  onTestFinished(() => {
    befit?.close();
    delete page.befit;
  });
  return befit;
}

// First, because <befit-slot> belongs to the first copy of the script that runs on a page.
test("<befit-slot> works in it", async () => {
  const server = await serverOf();
  server.push(decisionOf("hero", "offer"));
  load(`${server.url}/befit.js`, { writeKey: "demo" });
  const hero = document.createElement("befit-slot");
  hero.setAttribute("name", "hero");
  document.body.append(hero);
  await until(() => hero.textContent === "offer");
});

test("the script tag starts befit with the script's origin as host", async () => {
  const server = await serverOf();
  load(`${server.url}/befit.js`, { writeKey: "demo" });
  await until(() => server.named("page").length);
  expect(server.batches[0]?.body.writeKey).toBe("demo");
});

test("calls that the page pushed before are made, in order, after the page view", async () => {
  const server = await serverOf();
  page.befit = [
    ["track", "Early", { plan: "free" }],
    ["identify", "u1"],
  ];
  const befit = load(`${server.url}/befit.js`, { writeKey: "demo" });
  befit.push(["track", "Late"]);
  await until(() => server.events.length >= 4);
  expect(server.events.map(({ event, type }) => event ?? type)).toEqual(["page", "Early", "identify", "Late"]);
  expect(server.named("Early")[0].properties).toEqual({ plan: "free" });
});

test("page views by hand and another host can be asked for", async () => {
  const server = await serverOf();
  load("http://cdn.test/befit.js", { writeKey: "demo", host: server.url, autoPage: "false" }).track("Only");
  await until(() => server.named("Only").length);
  expect(server.named("page")).toEqual([]);
});
