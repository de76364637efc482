/**
 * Server-sent events, read from `fetch`: unlike EventSource it shows heartbeats, so that a dead connection is noticed,
 * and the server's problem when it refuses.
 */

import { answerOf } from "../../delivery/response";
import { addressOf, type Transport } from "./base";

export const sse: Transport = async (target, { message, alive }, signal) => {
  const response = await fetch(addressOf("/v1/stream", target), { signal });
  if (!response.ok) return answerOf(response);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const { event, data, id } = fieldsOf(block);
      if (event === "end") return undefined;
      if (data && (event === "decision" || event === "profile")) message(JSON.parse(data), id);
    }
    alive();
  }
};

function fieldsOf(block: string): Partial<Record<string, string>> {
  return Object.fromEntries(block.split("\n").map((line) => [line.split(":", 1)[0], line.replace(/^\w*: ?/, "")]));
}
