/** A small server that speaks befit's contract: it takes batches, keeps decisions with cursors and pushes changes. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Decision, Profile } from "../src/types";

// biome-ignore lint/suspicious/noExplicitAny: events are read by the tests as they came
export type Sent = any;
export type Answer = { status: number; json?: unknown; lose?: boolean };
/** How a transport behaves: as it should, refusing, never answering, or sending headers and nothing more. */
export type Mood = "well" | "failing" | "hanging" | "silent";
interface Entry {
  id: number;
  kind: "decision" | "profile";
  value: Decision | Profile;
}
export interface Subscriber {
  transport: "sse" | "websocket" | "poll";
  query: Record<string, string>;
  say(kind: "decision" | "profile" | "end", id: number, value: unknown): void;
  /** Cuts the connection without a word. */
  cut(): void;
  open: boolean;
}

export const decisionOf = (slot: string, module: string, more: Partial<Decision> = {}): Decision => ({
  slot,
  module,
  type: "banner",
  variant: "default",
  props: { title: module },
  decisionId: `${slot}-${module}`,
  reason: "test",
  release: "r1",
  ...more,
});

export class Server {
  url = "";
  /** Every batch as it came, and its events, with repetitions. */
  batches: { body: Sent; type: string | undefined }[] = [];
  /** What a server that knows message ids has taken. */
  taken = new Map<string, Sent>();
  subscribers: Subscriber[] = [];
  /** When each attempt to subscribe came, and over which transport. */
  attempts: { transport: Subscriber["transport"]; at: number }[] = [];
  sse: Mood = "well";
  websocket: Mood = "well";
  poll: Mood = "well";
  problem: { status: number; detail: string } | undefined;
  /** What to do with the next batches; `lose` takes the events and then breaks the connection. */
  answers: Answer[] = [];
  #id = 0;
  #log: Entry[] = [];
  #http = createServer((request, response) => this.#handle(request, response));
  #sockets = new WebSocketServer({ noServer: true });
  #waiting = new Set<() => void>();

  async start(port = 0): Promise<this> {
    this.#http.on("upgrade", (request, socket, head) => {
      socket.on("error", () => {});
      this.attempts.push({ transport: "websocket", at: Date.now() });
      if (this.websocket === "failing") return socket.destroy();
      if (this.websocket === "hanging") return;
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#socket(opened));
    });
    await new Promise<void>((resolve) => this.#http.listen(port, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
    return this;
  }
  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Every event sent, in order of arrival, each message id once. */
  get events(): Sent[] {
    return [...this.taken.values()];
  }
  named(name: string): Sent[] {
    return this.events.filter(({ type, event }) => event === name || (type === name && !event));
  }
  get open(): Subscriber[] {
    return this.subscribers.filter(({ open }) => open);
  }
  /** A changed decision, or profile: keeps it and pushes it. */
  push(value: Decision | Profile): number {
    const kind = "slot" in value ? "decision" : "profile";
    const id = ++this.#id;
    this.#log.push({ id, kind, value });
    for (const subscriber of this.open) {
      if (subscriber.transport !== "poll") subscriber.say(kind, id, value);
    }
    for (const wake of [...this.#waiting]) wake();
    return id;
  }

  /** The newest value of each slot, and of the profile, after a cursor. */
  #after(since: number) {
    const newest = new Map<string, Entry>();
    for (const entry of this.#log) newest.set("slot" in entry.value ? entry.value.slot : "", entry);
    return [...newest.values()].filter(({ id }) => id > since);
  }
  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", this.url);
    const query = Object.fromEntries(searchParams);
    const transport = pathname === "/v1/poll" ? "poll" : "sse";
    if (pathname !== "/v1/batch") this.attempts.push({ transport, at: Date.now() });
    if (pathname === "/v1/batch") await this.#collect(request, response);
    else if (this.problem) this.#refuse(response, query, transport);
    else if (pathname === "/v1/stream") this.#stream(request, response, query);
    else if (pathname === "/v1/poll") this.#poll(request, response, query);
    else response.writeHead(404).end();
  }
  async #collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    this.batches.push({ body, type: request.headers["content-type"] });
    const { status, json, lose } = this.answers.shift() ?? { status: 200 };
    if (lose || status < 400) for (const event of body.batch) this.taken.set(event.messageId, event);
    if (lose) request.socket.destroy();
    else response.writeHead(status).end(JSON.stringify(json ?? { success: status < 400 }));
  }
  #refuse(response: ServerResponse, query: Record<string, string>, transport: "sse" | "poll"): void {
    this.subscribers.push({ transport, query, say: () => {}, cut: () => {}, open: false });
    const { status = 500 } = this.problem ?? {};
    response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify(this.problem));
  }

  #stream(request: IncomingMessage, response: ServerResponse, query: Record<string, string>): void {
    const subscriber: Subscriber = {
      transport: "sse",
      query,
      say: (kind, id, value) => response.write(`id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(value)}\n\n`),
      cut: () => request.socket.destroy(),
      open: this.sse === "well",
    };
    this.subscribers.push(subscriber);
    request.on("close", () => (subscriber.open = false));
    if (this.sse === "failing") response.writeHead(502).end("<html>");
    if (this.sse === "failing" || this.sse === "hanging") return;
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    if (this.sse === "silent") return;
    response.write("retry: 2000\n\n");
    for (const { id, kind, value } of this.#after(Number(query.since ?? 0))) subscriber.say(kind, id, value);
  }
  #socket(socket: WebSocket): void {
    socket.on("message", (data) => {
      const query = JSON.parse(String(data));
      const subscriber: Subscriber = {
        transport: "websocket",
        query,
        say: (kind, id, value) => socket.send(JSON.stringify({ type: kind, id: String(id), [kind]: value })),
        cut: () => socket.terminate(),
        open: true,
      };
      this.subscribers.push(subscriber);
      socket.on("close", () => (subscriber.open = false));
      if (this.problem) socket.send(JSON.stringify({ type: "error", problem: this.problem }));
      else for (const { id, kind, value } of this.#after(Number(query.since ?? 0))) subscriber.say(kind, id, value);
    });
  }
  #poll(request: IncomingMessage, response: ServerResponse, query: Record<string, string>): void {
    const subscriber: Subscriber = {
      transport: "poll",
      query,
      say: () => {},
      cut: () => request.socket.destroy(),
      open: true,
    };
    this.subscribers.push(subscriber);
    if (this.poll === "failing") return void response.writeHead(502).end("<html>");
    const answer = () => {
      const news = this.#after(Number(query.since ?? 0));
      if (!news.length && query.wait !== "0") return;
      this.#waiting.delete(answer);
      const decisions = news.filter(({ kind }) => kind === "decision").map(({ value }) => value);
      const profile = news.find(({ kind }) => kind === "profile")?.value;
      response.writeHead(200).end(JSON.stringify({ id: String(this.#id), decisions, profile }));
    };
    this.#waiting.add(answer);
    request.on("close", () => {
      subscriber.open = false;
      this.#waiting.delete(answer);
    });
    answer();
  }
}
