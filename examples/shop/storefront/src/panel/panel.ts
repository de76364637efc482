/** "Why am I seeing this?": the visitor's own view into befit, live. */

import type { Befit, Decision, Profile, Stop } from "@befit/browser";
import { h } from "../dom";
import type { Visitor } from "../visitor";
import { Highlights } from "./highlights";
import { known } from "./known";
import { slotCard } from "./slots";
import { tips } from "./tips";

const SLOTS = ["hero", "recommendations", "sidebar", "checkout"];
const REMEMBERED = "hylla.panel";
/** How often times such as "3 minutes ago" are brought up to date; changes show at once. */
const REFRESH_MS = 5000;

const CONNECTIONS: Partial<Record<Befit["status"], string>> = {
  sse: "live (server-sent events)",
  websocket: "live (WebSocket)",
  poll: "live (polling)",
  connecting: "connecting …",
  offline: "you are offline; everything is kept and sent later",
};

/** Puts the button and the closed panel into `place`. Traces are asked for only while the panel is open. */
export function panel(place: HTMLElement, befit: Befit, visitor: Visitor, renew: () => void): void {
  const decisions = new Map<string, Decision>();
  const highlights = new Highlights();
  let profile: Profile | undefined;
  let stops: Stop[] = [];

  const who = h("dl", { class: "identity" });
  const slots = h("section", { class: "panel-part" });
  const knowledge = h("section", { class: "panel-part", "data-testid": "panel-profile" });
  const close = h("button", { type: "button", class: "close", "aria-label": "Close the panel" }, "×");
  const body = h(
    "aside",
    { class: "panel", id: "why", "aria-label": "Why am I seeing this?", hidden: true, "data-testid": "panel" },
    h("header", { class: "panel-head" }, h("h2", {}, "Why am I seeing this?"), close),
    h("section", { class: "panel-part", "aria-label": "Who you are" }, who, startOver(renew)),
    slots,
    knowledge,
    tips(),
  );
  const toggle = h(
    "button",
    {
      type: "button",
      class: "panel-toggle",
      "aria-expanded": "false",
      "aria-controls": "why",
      "data-testid": "panel-toggle",
    },
    "Why am I seeing this?",
  );

  function render(): void {
    const now = Date.now();
    who.replaceChildren(...identity(befit, visitor));
    slots.replaceChildren(
      h("h2", {}, "What each place shows"),
      ...SLOTS.map((name) => slotCard(name, decisions.get(name), isHere(name), highlights, now)),
    );
    knowledge.replaceChildren(h("h2", {}, "What the shop knows of you"), ...known(profile, highlights, now));
  }

  function follow(): Stop[] {
    const timer = setInterval(render, REFRESH_MS);
    return [
      () => clearInterval(timer),
      befit.onProfile((next) => {
        profile = next;
        render();
      }),
      ...SLOTS.map((name) =>
        befit.subscribe(
          name,
          (decision) => {
            decisions.set(name, decision);
            render();
          },
          { trace: true },
        ),
      ),
    ];
  }

  function isOpen(): boolean {
    return body.hidden === false;
  }

  function setOpen(open: boolean): void {
    for (const stop of stops) stop();
    stops = open ? follow() : [];
    highlights.forget();
    body.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    document.body.classList.toggle("panel-open", open);
    sessionStorage.setItem(REMEMBERED, open ? "open" : "closed");
    if (open) render();
  }

  function hide(): void {
    setOpen(false);
    toggle.focus();
  }

  toggle.addEventListener("click", () => {
    setOpen(true);
    close.focus();
  });
  close.addEventListener("click", hide);
  body.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
  visitor.follow(() => {
    profile = undefined;
    decisions.clear();
    highlights.forget();
    if (isOpen()) render();
  });
  place.replaceChildren(body, toggle);
  setOpen(sessionStorage.getItem(REMEMBERED) === "open");
}

function identity(befit: Befit, visitor: Visitor): HTMLElement[] {
  const status = befit.status;
  return [
    h("dt", {}, "Visitor"),
    h("dd", {}, h("code", { "data-testid": "anonymous-id" }, visitor.anonymousId)),
    h("dt", {}, "Signed in"),
    h("dd", {}, visitor.userId ?? "no"),
    h("dt", {}, "Connection"),
    h("dd", { class: `connection connection-${status}`, "data-testid": "connection" }, CONNECTIONS[status] ?? status),
  ];
}

function startOver(renew: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "link", "data-testid": "panel-new-visitor", onclick: renew },
    "Start over as a new visitor",
  );
}

function isHere(slot: string): boolean {
  return document.querySelector(`befit-slot[name="${slot}"]`) !== null;
}
