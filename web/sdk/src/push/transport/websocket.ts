/** WebSocket: one `subscribe` message up, decisions down. */

import type { Transport } from "./base";

export const websocket: Transport = ({ host, ...subscription }, { message, alive }, signal) =>
  new Promise((over) => {
    const socket = new WebSocket(`${host.replace("http", "ws")}/v1/ws`);
    signal.onabort = () => socket.close();
    socket.onopen = () => {
      alive();
      socket.send(JSON.stringify({ type: "subscribe", ...subscription }));
    };
    socket.onmessage = ({ data }) => {
      const { type, id, decision, profile, problem } = JSON.parse(data);
      if (decision || profile) message(decision ?? profile, id);
      if (problem || type === "end") over(problem);
      alive();
    };
    socket.onclose = () => over(undefined);
  });
