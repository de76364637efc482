import { describe, expect, test, vi } from "vitest";
import type { Decision } from "../../src/types";
import { clientOf, serverOf } from "../page";
import { decisionOf } from "../server";
import { eventually, pass, stopTime } from "../time";
import { until } from "../until";

stopTime();

describe("fall-back", () => {
  test("SSE that fails twice gives way to WebSocket, and that to long polling", async () => {
    const server = await serverOf();
    server.sse = server.websocket = "failing";
    server.push(decisionOf("hero", "welcome"));
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => befit.status === "poll");
    const order = server.attempts.slice(0, 5).map(({ transport }) => transport);
    expect(order).toEqual(["sse", "sse", "websocket", "websocket", "poll"]);
    expect(befit.decision("hero")?.module).toBe("welcome");
    server.push(decisionOf("hero", "offer"));
    await eventually(() => befit.decision("hero")?.module === "offer");
  });

  test.each(["hanging", "silent"] as const)("SSE that is %s for 5 s counts as a failure", async (mood) => {
    const server = await serverOf();
    server.sse = mood;
    server.push(decisionOf("hero", "welcome"));
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await pass(4_900);
    expect(server.subscribers).toHaveLength(1);
    await eventually(() => befit.status === "websocket");
    expect(server.attempts.map(({ transport }) => transport)).toEqual(["sse", "sse", "websocket"]);
    await until(() => befit.decision("hero"));
  });

  test("whatever transport comes next resumes from the cursor of the last one", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    const heard = vi.fn();
    befit.subscribe("hero", heard);
    await eventually(() => server.open.length);
    const cursor = String(server.push(decisionOf("hero", "one")));
    await until(() => befit.decision("hero"));
    server.sse = "failing";
    server.open[0]?.cut();
    const socket = await eventually(() => server.open.find(({ transport }) => transport === "websocket"));
    expect(socket.query.since).toBe(cursor);
    server.websocket = "failing";
    socket.cut();
    await eventually(() => befit.status === "poll");
    expect(server.subscribers.find(({ transport }) => transport === "poll")?.query.since).toBe(cursor);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  test("the best transport is tried again later, and kept when it works", async () => {
    const server = await serverOf();
    server.sse = "failing";
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => befit.status === "websocket");
    server.sse = "well";
    for (let beat = 0; beat < 21; beat++) {
      await pass(15_000);
      if (befit.status === "websocket") server.push(decisionOf("other", `beat ${beat}`));
    }
    await until(() => befit.status === "sse");
    await until(() => server.open.length === 1);
  });

  test("the best transport, still failing, costs one attempt", async () => {
    const server = await serverOf();
    server.sse = "failing";
    const befit = clientOf(server);
    befit.subscribe("hero", () => {});
    await eventually(() => befit.status === "websocket");
    for (let beat = 0; beat < 21; beat++) {
      await pass(15_000);
      server.push(decisionOf("other", `beat ${beat}`));
    }
    await eventually(() => server.attempts.length === 5);
    await eventually(() => befit.status === "websocket");
    expect(server.attempts.map(({ transport }) => transport)).toEqual(["sse", "sse", "websocket", "sse", "websocket"]);
  });

  test("the next page starts with what worked on this one", async () => {
    const server = await serverOf();
    server.sse = "failing";
    const first = clientOf(server);
    first.subscribe("hero", () => {});
    await eventually(() => first.status === "websocket");
    first.close();
    const second = clientOf(server);
    second.subscribe("hero", () => {});
    await eventually(() => second.status === "websocket");
    expect(server.attempts.map(({ transport }) => transport)).toEqual(["sse", "sse", "websocket", "websocket"]);
  });

  test("only the transports that the page allows are used", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { transports: ["poll"] });
    befit.subscribe("hero", () => {});
    await eventually(() => befit.status === "poll");
    expect(server.subscribers.every(({ transport }) => transport === "poll")).toBe(true);
  });
});

describe("when the server says no", () => {
  const problem = { status: 404, detail: "the site has no slot `herro`; did you mean `hero`?" };

  test.each(["sse", "websocket", "poll"] as const)(
    "over %s its problem is reported once and nothing is tried again",
    async (transport) => {
      const server = await serverOf();
      server.problem = problem;
      const befit = clientOf(server, { transports: [transport] });
      befit.subscribe("herro", () => {});
      await eventually(() => befit.failures.length);
      await pass(60_000);
      expect(befit.failures).toEqual([{ code: "stream-refused", detail: problem }]);
      expect(befit.status).toBe("refused");
      expect(server.subscribers).toHaveLength(1);
    },
  );

  test("another subscription is tried", async () => {
    const server = await serverOf();
    server.problem = problem;
    const befit = clientOf(server);
    const stop = befit.subscribe("herro", () => {});
    await eventually(() => befit.status === "refused");
    server.problem = undefined;
    stop();
    befit.subscribe("hero", () => {});
    await eventually(() => befit.status === "sse");
  });

  test.each(["sse", "websocket", "poll"] as const)("over %s `later` is no no", async (transport) => {
    const server = await serverOf();
    server.problem = { status: 503, detail: "the server is about to stop" };
    const befit = clientOf(server, { transports: [transport] });
    befit.subscribe("hero", () => {});
    await eventually(() => server.subscribers.length === 2);
    server.problem = undefined;
    await eventually(() => befit.status === transport);
    expect(befit.failures).toEqual([]);
  });
});

describe("when the server is away", () => {
  test("subscribed slots show the visitor's last decisions, marked stale, until it is back", async () => {
    const server = await serverOf();
    server.push(decisionOf("hero", "welcome"));
    const first = clientOf(server);
    first.subscribe("hero", () => {});
    await eventually(() => first.decision("hero"));
    first.close();
    server.sse = server.websocket = server.poll = "failing";
    const second = clientOf(server);
    const heard: Decision[] = [];
    second.subscribe("hero", (decision) => heard.push(decision));
    await eventually(() => heard.length);
    expect(heard[0]).toEqual({ ...decisionOf("hero", "welcome"), stale: true });
    server.sse = server.websocket = server.poll = "well";
    await eventually(() => heard.length === 2);
    expect(heard[1]?.stale).toBeUndefined();
  });

  test("another visitor does not see them", async () => {
    const server = await serverOf();
    server.push(decisionOf("hero", "welcome"));
    const first = clientOf(server);
    first.subscribe("hero", () => {});
    await eventually(() => first.decision("hero"));
    first.reset();
    first.close();
    server.sse = server.websocket = server.poll = "failing";
    const second = clientOf(server);
    const heard = vi.fn();
    second.subscribe("hero", heard);
    await pass(5_000);
    expect(heard).not.toHaveBeenCalled();
  });
});
