import { describe, expect, test, vi } from "vitest";
import { hide, online } from "../browser";
import { clientOf, serverOf } from "../page";
import { settle, until } from "../until";

const idsOf = (events: { messageId: string }[]) => events.map(({ messageId }) => messageId);

describe("delivery", () => {
  test("what is tracked within the flush interval goes as one batch, in order", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    for (const name of ["One", "Two", "Three"]) befit.track(name);
    await until(() => server.events.length === 3);
    expect(server.batches).toHaveLength(1);
    expect(server.events.map(({ event }) => event)).toEqual(["One", "Two", "Three"]);
    const { writeKey, sentAt } = server.batches[0]!.body;
    expect(writeKey).toBe("key");
    expect(Date.parse(sentAt)).not.toBeNaN();
  });

  test("it is sent in a way that needs no preflight on another origin", async () => {
    const server = await serverOf();
    await clientOf(server).track("One");
    await until(() => server.batches.length);
    expect(server.batches[0]?.type).toMatch(/^text\/plain/);
  });

  test("an event carries Segment's fields", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { anonymousId: "a1", userId: "u1" });
    befit.track("Product Viewed", { product_id: "p1", price: 9.5 });
    await befit.flush();
    expect(server.events[0]).toMatchObject({
      type: "track",
      event: "Product Viewed",
      anonymousId: "a1",
      userId: "u1",
      properties: { product_id: "p1", price: 9.5 },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      messageId: expect.stringMatching(/^\w{20,}$/),
    });
  });

  test("flush resolves when everything queued is delivered", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { flushInterval: 60_000 });
    befit.track("One");
    await befit.flush();
    expect(server.named("One")).toHaveLength(1);
  });

  test("a batch stays below the server's limit of 500 kB", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    for (let index = 0; index < 40; index++) befit.track("Long", { text: "é".repeat(15_000) });
    await until(() => server.events.length === 40);
    for (const { body } of server.batches) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(500_000);
    expect(server.batches.length).toBeGreaterThan(2);
  });
});

describe("when the server fails", () => {
  test("a batch is sent again with the same message ids until it is taken", async () => {
    const server = await serverOf();
    server.answers = [{ status: 503 }, { status: 500 }, { status: 429 }];
    const befit = clientOf(server);
    vi.spyOn(Math, "random").mockReturnValue(0);
    befit.track("One");
    befit.track("Two");
    for (let attempt = 0; attempt < 4; attempt++) await befit.flush();
    expect(server.batches).toHaveLength(4);
    const [first, ...others] = server.batches.map(({ body }) => idsOf(body.batch));
    for (const other of others) expect(other).toEqual(first);
    expect(server.events).toHaveLength(2);
    expect(befit.failures).toEqual([]);
  });

  test("it comes back by itself after a wait", async () => {
    const server = await serverOf();
    server.answers = [{ status: 503 }];
    clientOf(server).track("One");
    await until(() => server.named("One").length);
    expect(server.batches).toHaveLength(2);
  });

  test("an answer that got lost doubles nothing: the ids are those of the first attempt", async () => {
    const server = await serverOf();
    server.answers = [{ status: 200, lose: true }];
    const befit = clientOf(server);
    befit.track("One");
    await befit.flush();
    await befit.flush();
    expect(server.batches).toHaveLength(2);
    expect(server.events).toHaveLength(1);
  });

  test("through any mix of failures nothing is lost, doubled or put out of order", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    const kinds = [{ status: 503 }, { status: 200, lose: true }, { status: 200 }, { status: 500, lose: true }];
    for (let index = 0; index < 60; index++) {
      server.answers.push(kinds[(index * 7 + (index >> 2)) % kinds.length]!);
      befit.track(`Event ${index}`);
      if (index % 3) await befit.flush();
    }
    server.answers = [];
    await befit.flush();
    await befit.flush();
    expect(server.events.map(({ event }) => event)).toEqual(Array.from({ length: 60 }, (_, index) => `Event ${index}`));
  });

  test("while it is away, new events wait for the next attempt instead of making their own", async () => {
    const server = await serverOf();
    server.answers = [{ status: 503 }];
    const befit = clientOf(server, { flushInterval: 0 });
    vi.spyOn(Math, "random").mockReturnValue(1);
    befit.track("One");
    await until(() => server.batches.length);
    befit.track("Two");
    await settle();
    expect(server.batches).toHaveLength(1);
    await befit.flush();
    expect(server.events).toHaveLength(2);
  });

  test("offline it waits, and the online event ends the wait", async () => {
    const server = await serverOf();
    server.answers = [{ status: 503 }];
    const befit = clientOf(server);
    online(false);
    befit.track("One");
    await befit.flush();
    expect(server.events).toHaveLength(0);
    online(true);
    await until(() => server.named("One").length);
  });
});

describe("when the server refuses", () => {
  test("a batch that is refused is dropped and reported with the server's problem", async () => {
    const server = await serverOf();
    const problem = { status: 401, detail: "this write key is not one of the site's" };
    server.answers = [{ status: 401, json: problem }];
    const befit = clientOf(server);
    befit.track("One");
    await befit.flush();
    await befit.flush();
    await until(() => befit.failures.length);
    expect(server.batches).toHaveLength(1);
    expect(befit.failures).toEqual([{ code: "batch-refused", detail: problem }]);
  });

  test("events rejected within a good batch are reported one by one", async () => {
    const server = await serverOf();
    const rejected = [{ index: 1, messageId: "m", field: "$.batch[1].event", detail: "an event needs a name" }];
    server.answers = [{ status: 200, json: { success: true, rejected } }];
    const befit = clientOf(server);
    befit.track("One");
    befit.track("");
    await befit.flush();
    await until(() => befit.failures.length);
    expect(befit.failures).toEqual([{ code: "event-rejected", detail: rejected[0] }]);
  });

  test("failures go to the console when nobody listens", async () => {
    const server = await serverOf();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { createBefit } = await import("../../src/index");
    const befit = createBefit({ writeKey: "key", host: server.url, autoPage: false });
    befit.track("Long", { text: "x".repeat(32_000) });
    befit.close();
    expect(warn).toHaveBeenCalledWith("befit:", "event-unusable", expect.anything());
  });
});

describe("limits", () => {
  test("an event over 32 kB, or one that is not JSON, is reported and spoils no other", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    befit.track("Long", { text: "é".repeat(16_000) });
    befit.track("Circle", circle);
    befit.track("Good");
    await befit.flush();
    expect(server.events.map(({ event }) => event)).toEqual(["Good"]);
    expect(befit.failures.map(({ code }) => code)).toEqual(["event-unusable", "event-unusable"]);
  });

  test("the queue is bounded: the oldest events go first, and they are counted", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { maxEvents: 10, flushInterval: 60_000 });
    for (let index = 0; index < 13; index++) befit.track(`Event ${index}`);
    await befit.flush();
    expect(server.events.map(({ event }) => event)).toEqual(
      Array.from({ length: 10 }, (_, index) => `Event ${index + 3}`),
    );
    expect(befit.failures.at(-1)).toEqual({ code: "queue-full", detail: 3 });
  });
});

describe("when the page hides", () => {
  test("everything queued goes by beacon at once", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { flushInterval: 60_000 });
    befit.track("Last");
    hide(true);
    await until(() => server.named("Last").length);
    await befit.flush();
    expect(
      server.batches.filter(({ body }) => body.batch.some((each: { event: string }) => each.event === "Last")),
    ).toHaveLength(1);
  });

  test("an attempt that fails after the beacon took everything holds up nothing that comes later", async () => {
    const server = await serverOf();
    server.answers = [{ status: 503 }];
    const befit = clientOf(server);
    befit.track("Last");
    const attempt = befit.flush();
    hide(true);
    await attempt;
    hide(false);
    befit.track("Later");
    await until(() => server.named("Later").length);
    expect(server.named("Last")).toHaveLength(1);
  });

  test("beacons stay below what browsers take", async () => {
    const server = await serverOf();
    const sizes: number[] = [];
    navigator.sendBeacon = (_, body) => sizes.push(Buffer.byteLength(body as string)) > 0;
    const befit = clientOf(server, { flushInterval: 60_000 });
    for (let index = 0; index < 8; index++) befit.track("Long", { text: "x".repeat(20_000) });
    hide(true);
    expect(sizes.length).toBeGreaterThanOrEqual(4);
    for (const size of sizes) expect(size).toBeLessThan(65_536);
  });

  test("what the browser does not take is delivered by the next page, once", async () => {
    const server = await serverOf();
    navigator.sendBeacon = () => false;
    const first = clientOf(server, { flushInterval: 60_000 });
    first.track("Last");
    first.close();
    const second = clientOf(server);
    await until(() => server.named("Last").length);
    await second.flush();
    clientOf(server).track("Next");
    await until(() => server.named("Next").length);
    expect(server.batches.flatMap(({ body }) => body.batch).filter(({ event }) => event === "Last")).toHaveLength(1);
  });

  test("while the server is away nothing is trusted to a beacon: the next page sends it again with the same ids", async () => {
    const server = await serverOf();
    server.answers = [{ status: 503 }, { status: 503 }];
    const first = clientOf(server);
    first.track("Last");
    await first.flush();
    first.close();
    await until(() => server.batches.length === 2);
    expect(server.events).toHaveLength(0);
    clientOf(server);
    await until(() => server.named("Last").length);
    const sent = server.batches.flatMap(({ body }) => body.batch).filter(({ event }) => event === "Last");
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(idsOf(sent)).size).toBe(1);
  });

  test("a tab that lives on clears its own events from the shelf, not those of other tabs", async () => {
    const server = await serverOf();
    navigator.sendBeacon = () => false;
    const other = clientOf(server, { flushInterval: 60_000 });
    const tab = clientOf(server, { flushInterval: 60_000 });
    other.track("Other");
    tab.track("Mine");
    hide(true);
    server.answers = [];
    await tab.flush();
    const shelved = Object.keys(localStorage).find((key) => key.startsWith("befit_queue"))!;
    expect(localStorage.getItem(shelved)).toContain("Other");
    expect(localStorage.getItem(shelved)).not.toContain("Mine");
  });
});
