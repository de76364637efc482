import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hide, Viewport } from "../browser";
import { clientOf, serverOf } from "../page";
import { decisionOf, type Server } from "../server";

let server: Server;
beforeEach(async () => {
  server = await serverOf();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function shown() {
  const element = document.body.appendChild(document.createElement("div"));
  const befit = clientOf(server);
  return { element, befit };
}
const seen = async (befit: ReturnType<typeof clientOf>) => {
  await befit.flush();
  return server.named("Impression").map(({ properties }) => properties.decisionId);
};

test("half of the module on screen for 500 ms is an impression", async () => {
  const { element, befit } = shown();
  befit.observe(element, decisionOf("hero", "offer"));
  Viewport.show(element, 0.5);
  vi.advanceTimersByTime(499);
  expect(await seen(befit)).toEqual([]);
  vi.advanceTimersByTime(1);
  await befit.flush();
  expect(server.named("Impression")[0].properties).toEqual({
    slot: "hero",
    module: "offer",
    variant: "default",
    decisionId: "hero-offer",
  });
});

test.each([
  ["less than half", 0.49, 0],
  ["scrolled away before", 0.8, 0.1],
])("%s is none", async (_, first, then) => {
  const { element, befit } = shown();
  befit.observe(element, decisionOf("hero", "offer"));
  Viewport.show(element, first);
  vi.advanceTimersByTime(400);
  Viewport.show(element, then);
  vi.advanceTimersByTime(5_000);
  expect(await seen(befit)).toEqual([]);
});

test("a decision counts once, another decision of the same slot counts again", async () => {
  const { element, befit } = shown();
  for (const module of ["offer", "offer", "welcome", "offer"]) {
    befit.observe(element, decisionOf("hero", module));
    Viewport.show(element, 1);
    vi.advanceTimersByTime(500);
    Viewport.show(element, 0);
  }
  expect(await seen(befit)).toEqual(["hero-offer", "hero-welcome"]);
});

test("a tab in the background shows nothing to anybody", async () => {
  const { element, befit } = shown();
  hide(true);
  befit.observe(element, decisionOf("hero", "offer"));
  Viewport.show(element, 1);
  vi.advanceTimersByTime(3_000);
  expect(await seen(befit)).toEqual([]);
  hide(false);
  vi.advanceTimersByTime(500);
  expect(await seen(befit)).toEqual(["hero-offer"]);
});

test("a slot that shows nothing is not seen until there is something in it", async () => {
  const { element, befit } = shown();
  befit.observe(element, decisionOf("hero", "offer"));
  Viewport.show(element, 1, 0);
  vi.advanceTimersByTime(5_000);
  expect(await seen(befit)).toEqual([]);
  Viewport.show(element, 1);
  vi.advanceTimersByTime(500);
  expect(await seen(befit)).toEqual(["hero-offer"]);
});

test("an element that is observed no more counts no more", async () => {
  const { element, befit } = shown();
  const stop = befit.observe(element, decisionOf("hero", "offer"));
  Viewport.show(element, 1);
  stop();
  vi.advanceTimersByTime(5_000);
  expect(await seen(befit)).toEqual([]);
  expect(Viewport.watches(element)).toBe(false);
});

test("stopping an older observation leaves the newer one alone", async () => {
  const { element, befit } = shown();
  const stop = befit.observe(element, decisionOf("hero", "offer"));
  befit.observe(element, decisionOf("hero", "welcome"));
  stop();
  Viewport.show(element, 1);
  vi.advanceTimersByTime(500);
  expect(await seen(befit)).toEqual(["hero-welcome"]);
});

test("a page that draws and watches by itself says so with impression()", async () => {
  const { befit } = shown();
  befit.impression(decisionOf("hero", "offer"));
  expect(await seen(befit)).toEqual(["hero-offer"]);
});
