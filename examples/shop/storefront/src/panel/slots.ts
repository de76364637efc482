/** What each slot shows and why: the decision, and its trace as a tree of rules. */

import type { Decision } from "@befit/browser";
import { h } from "../dom";
import type { Highlights } from "./highlights";
import { type Branch, ruleName, tree, verdict } from "./tree";
import { textOf } from "./values";

/** One slot. `here` tells whether the current page has it. */
export function slotCard(
  name: string,
  decision: Decision | undefined,
  here: boolean,
  highlights: Highlights,
  now: number,
): HTMLElement {
  const card = h("section", {
    class: here ? "decision" : "decision decision-away",
    "data-testid": `panel-slot-${name}`,
  });
  const head = h("h3", { class: "decision-slot" }, name, !here && h("small", {}, "not on this page"));
  if (!decision) {
    card.append(head, h("p", { class: "panel-quiet" }, "No decision yet."));
    return card;
  }
  const module = decision.module || "nothing";
  const shows = h(
    "p",
    { class: "decision-module" },
    "shows ",
    h("strong", { "data-testid": "panel-module" }, module),
    variantOf(decision),
  );
  card.append(head, highlights.mark(`slot ${name}`, shows, now));
  if (decision.stale) card.append(h("p", { class: "panel-quiet" }, "From a cache: the server, or its store, is away."));
  if (decision.trace)
    card.append(h("ol", { class: "tree" }, ...tree(decision.trace).map((branch) => item(branch, highlights, now))));
  else card.append(h("p", { class: "panel-quiet", title: decision.reason }, decision.reason));
  return card;
}

function variantOf({ variant }: Decision): string {
  return variant && variant !== "default" ? `, variant ${variant}` : "";
}

function item({ step, children }: Branch, highlights: Highlights, now: number): HTMLElement {
  const { sign, word, tone } = verdict(step.outcome);
  const head = h(
    "div",
    { class: "branch-head" },
    h("span", { class: "sign", "aria-hidden": "true" }, sign),
    h("span", { class: "branch-rule", title: step.where }, ruleName(step.rule)),
    h("span", { class: "branch-word" }, word),
  );
  const branch = h("div", { class: "branch" }, head, h("code", { class: "when" }, step.when || "otherwise"));
  if (step.why && step.why !== "always") branch.append(h("p", { class: "why" }, step.why));
  const values = Object.entries(step.values ?? {}).filter(([path]) => path !== "now");
  if (values.length > 0)
    branch.append(h("dl", { class: "operands" }, ...values.flatMap((value) => operand(value, now))));
  highlights.mark(`rule ${step.rule}`, branch, now, step.outcome);
  const entry = h("li", { class: `branch-${tone}`, "data-rule": step.rule, "data-outcome": step.outcome }, branch);
  if (children.length > 0) entry.append(h("ol", {}, ...children.map((child) => item(child, highlights, now))));
  return entry;
}

function operand([path, value]: [string, unknown], now: number): HTMLElement[] {
  return [h("dt", {}, path), h("dd", {}, textOf(value, now))];
}
