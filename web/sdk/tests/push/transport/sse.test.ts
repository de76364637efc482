import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Message } from "../../../src/push/transport/base";
import { sse } from "../../../src/push/transport/sse";
import { turn } from "../../until";

const STREAM =
  'retry: 2000\n\n:\n\nid: 7\nevent: decision\ndata: {"slot":"hero","module":"Größe"}\n\n' +
  'event: profile\nid:8\ndata:{"signals":{"text":"a: b"}}\n\nevent: news\ndata: {}\n\nevent: end\nid: 9\ndata: {}\n\n' +
  'id: 10\nevent: decision\ndata: {"slot":"late"}\n\n';

async function read(parts: Uint8Array[]) {
  const server = createServer(async (_, response) => {
    for (const part of parts) {
      response.write(part);
      await turn();
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const messages: [Message, string | undefined][] = [];
  let alive = 0;
  const sink = {
    message: (value: Message, cursor?: string) => void messages.push([value, cursor]),
    alive: () => void alive++,
  };
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const problem = await sse({ host, writeKey: "key", anonymousId: "a", slots: ["hero"] }, sink, closing.signal);
  return { messages, alive, problem };
}

const expected = [
  [{ slot: "hero", module: "Größe" }, "7"],
  [{ signals: { text: "a: b" } }, "8"],
];

test("decisions and the profile come with their cursors; other events and what follows the end are left alone", async () => {
  const { messages, problem } = await read([Buffer.from(STREAM)]);
  expect(messages).toEqual(expected);
  expect(problem).toBeUndefined();
});

test.each([1, 2, 7, 30])("however the network cuts the stream: every %d bytes", async (size) => {
  const bytes = Buffer.from(STREAM);
  const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  expect((await read(parts)).messages).toEqual(expected);
});

test("a heartbeat is a sign of life", async () => {
  expect((await read([Buffer.from(":\n\n")])).alive).toBeGreaterThan(0);
});
