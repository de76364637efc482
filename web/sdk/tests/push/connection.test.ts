import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hide, online } from "../browser";
import { clientOf, serverOf } from "../page";
import { decisionOf, Server } from "../server";
import { eventually, pass, stopTime } from "../time";
import { settle, until } from "../until";

stopTime();

describe("a subscription", () => {
  test("gets the decision that holds now, then each change", async () => {
    const server = await serverOf();
    server.push(decisionOf("hero", "welcome"));
    const befit = clientOf(server);
    const modules: string[] = [];
    befit.subscribe("hero", ({ module }) => modules.push(module));
    await eventually(() => modules.length === 1);
    server.push(decisionOf("hero", "offer"));
    await until(() => modules.length === 2);
    expect(modules).toEqual(["welcome", "offer"]);
    expect(befit.decision("hero")?.module).toBe("offer");
    expect(befit.status).toBe("sse");
  });

  test("hears nothing when the same decision comes again", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    const heard = vi.fn();
    befit.subscribe("hero", heard);
    await eventually(() => server.open.length);
    server.push(decisionOf("hero", "welcome"));
    server.push(decisionOf("hero", "welcome"));
    server.push(decisionOf("hero", "offer"));
    await until(() => befit.decision("hero")?.module === "offer");
    await settle();
    expect(heard).toHaveBeenCalledTimes(2);
  });

  test("one connection serves all slots that are subscribed within a tick", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { anonymousId: "a1", userId: "u1" });
    befit.subscribe("sidebar", () => {});
    befit.subscribe("hero", () => {}, { trace: true });
    befit.subscribe("hero", () => {});
    befit.onProfile(() => {});
    await eventually(() => server.open.length);
    await settle();
    expect(server.subscribers).toHaveLength(1);
    expect(server.subscribers[0]?.query).toEqual({
      writeKey: "key",
      anonymousId: "a1",
      userId: "u1",
      slots: "hero,sidebar",
      trace: "1",
      profile: "1",
    });
  });

  test("a new slot makes it connect anew, an unneeded change does not", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    befit.subscribe("hero", () => {})();
    await pass(1_000);
    expect(server.subscribers).toHaveLength(1);
    befit.subscribe("sidebar", () => {});
    await eventually(() => server.subscribers.length === 2);
    await until(() => server.open.length === 1);
    expect(server.open[0]?.query.slots).toBe("hero,sidebar");
  });

  test("the last one to leave closes the connection", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    const stop = befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    stop();
    await eventually(() => server.open.length === 0);
    expect(befit.status).toBe("idle");
  });

  test("another visitor means another connection, without the old one's cursor", async () => {
    const server = await serverOf();
    server.push(decisionOf("hero", "welcome"));
    const befit = clientOf(server, { anonymousId: "a1" });
    befit.subscribe("hero", () => {});
    await eventually(() => befit.decision("hero"));
    befit.identify("u1");
    await eventually(() => server.subscribers.length === 2);
    expect(server.subscribers[1]?.query).toMatchObject({ anonymousId: "a1", userId: "u1" });
    expect(server.subscribers[1]?.query).not.toHaveProperty("since");
    befit.reset();
    expect(befit.decision("hero")).toBeUndefined();
    await eventually(() => server.subscribers.length === 3);
    const { anonymousId, userId } = server.subscribers[2]!.query;
    expect(anonymousId).toBe(befit.anonymousId);
    expect(anonymousId).not.toBe("a1");
    expect(userId).toBeUndefined();
  });

  test("the profile comes along, to those who come late too", async () => {
    const server = await serverOf();
    server.push({ signals: { clicks: 3 }, tags: {}, traits: {} });
    const befit = clientOf(server);
    const heard = vi.fn();
    befit.onProfile(heard);
    await eventually(() => heard.mock.calls.length);
    expect(heard).toHaveBeenCalledWith({ signals: { clicks: 3 }, tags: {}, traits: {} });
    const late = vi.fn();
    befit.onProfile(late);
    await Promise.resolve();
    expect(late).toHaveBeenCalledOnce();
  });

  test("a callback that unsubscribed hears nothing more", async () => {
    const server = await serverOf();
    server.push(decisionOf("hero", "welcome"));
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => befit.decision("hero"));
    const heard = vi.fn();
    befit.subscribe("hero", heard)();
    await pass(500);
    expect(heard).not.toHaveBeenCalled();
  });
});

describe("when the connection breaks", () => {
  test("it resumes from the last cursor, and nothing is missed or repeated", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    const modules: string[] = [];
    befit.subscribe("hero", ({ module }) => modules.push(module));
    await eventually(() => server.open.length);
    const cursor = server.push(decisionOf("hero", "one"));
    await until(() => modules.length === 1);
    server.open[0]?.cut();
    await until(() => server.open.length === 0);
    server.push(decisionOf("hero", "two"));
    await eventually(() => modules.length === 2);
    expect(modules).toEqual(["one", "two"]);
    expect(server.subscribers[1]?.query.since).toBe(String(cursor));
    expect(befit.status).toBe("sse");
  });

  test("a server that goes away is found again when it is back", async () => {
    const first = await new Server().start();
    first.push(decisionOf("hero", "one"));
    const befit = clientOf(first);
    befit.subscribe("hero", () => {});
    await eventually(() => befit.decision("hero"));
    const port = Number(new URL(first.url).port);
    first.open[0]?.say("end", 1, {});
    await first.stop();
    await pass(2_000);
    const second = await new Server().start(port);
    onTestFinished(() => second.stop());
    second.push(decisionOf("hero", "one"));
    second.push(decisionOf("hero", "two"));
    await eventually(() => befit.decision("hero")?.module === "two");
    expect(befit.status).toBe("sse");
  });

  test("a connection that went silent is given up, heartbeats keep a quiet one", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    for (let beat = 0; beat < 5; beat++) {
      await pass(15_000);
      server.push(decisionOf("other", `beat ${beat}`));
      await settle();
    }
    expect(server.subscribers).toHaveLength(1);
    await eventually(() => server.subscribers.length === 2, 45_000);
  });

  test("the wait between attempts grows and never exceeds 30 s", async () => {
    const server = await serverOf();
    server.sse = server.websocket = server.poll = "failing";
    vi.spyOn(Math, "random").mockReturnValue(1);
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.attempts.length === 12, 600_000);
    const times = server.attempts.map(({ at }) => at);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits[0]).toBeLessThanOrEqual(1_000);
    expect(waits[3]).toBeGreaterThan(2_000);
    expect(Math.max(...waits)).toBeGreaterThan(29_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_250); // Time passes in steps of 250 ms here.
  });

  test("offline there are no attempts until the browser is online again", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    online(false);
    server.open[0]?.cut();
    await until(() => befit.status === "offline");
    await pass(10_000);
    expect(server.subscribers).toHaveLength(1);
    online(true);
    await until(() => befit.status === "sse");
  });

  test("a server on this machine is reached though the browser says it is offline", async () => {
    online(false);
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => befit.status === "sse");
  });
});

describe("a page that is not looked at", () => {
  test("gives its connection back after a minute and resumes when it is looked at again", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    const cursor = server.push(decisionOf("hero", "one"));
    await until(() => befit.decision("hero"));
    hide(true);
    await pass(30_000);
    expect(server.open).toHaveLength(1);
    await eventually(() => server.open.length === 0, 40_000);
    server.push(decisionOf("hero", "two"));
    hide(false);
    await eventually(() => befit.decision("hero")?.module === "two");
    expect(server.open[0]?.query.since).toBe(String(cursor));
  });

  test("closes it when it goes to the back/forward cache, and opens it on return", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
    await until(() => server.open.length === 0);
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await eventually(() => server.open.length);
  });

  test("close ends it for good", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => server.open.length);
    befit.close();
    await until(() => server.open.length === 0);
    hide(false);
    befit.subscribe("sidebar", () => {});
    await pass(5_000);
    expect(server.subscribers).toHaveLength(1);
  });
});
