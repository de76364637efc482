// @vitest-environment jsdom
import type { Decision, Step } from "@befit/browser";
import { describe, expect, it } from "vitest";
import { Highlights } from "../src/panel/highlights";
import { known, tagsOf } from "../src/panel/known";
import { slotCard } from "../src/panel/slots";
import { ruleName, tree, verdict } from "../src/panel/tree";
import { duration, glance, readable, textOf } from "../src/panel/values";

const NOW = Date.parse("2026-05-01T12:00:00Z");
const step = (rule: string, outcome: string, more: Partial<Step> = {}): Step => ({
  rule,
  when: "true",
  outcome,
  ...more,
});

describe("a value reads as", () => {
  it.each<[unknown, string]>([
    [3, "3"],
    [1234.567, "1,234.57"],
    [true, "yes"],
    [false, "no"],
    [null, "not known yet"],
    ["", "empty"],
    ["electronics", "electronics"],
    ["612s", "10 min 12 s"],
    ["0.250s", "0.2 s"],
    ["2026-05-01T11:57:00Z", "3 minutes ago"],
    ["2026-05-03T12:00:00Z", "in 2 days"],
    [["a", "b"], "a, b"],
    [[], "none"],
    [{}, "none"],
    [{ plan: "gold", since: "86400s" }, "plan: gold, since: 1 d"],
  ])("%j: %s", (value, text) => {
    expect(textOf(value, NOW)).toBe(text);
  });

  it("bars, the highest score first, when it is a map of scores", () => {
    expect(readable({ toys: 1, books: 4 }, NOW)).toEqual({
      bars: [
        { name: "books", score: 4, share: 1 },
        { name: "toys", score: 1, share: 0.25 },
      ],
    });
  });

  it("the same at a glance while scores only fade together", () => {
    const scores = { toys: 1, books: 4 };
    const faded = { toys: 0.9, books: 3.6 };
    expect(glance(faded, NOW)).toBe(glance(scores, NOW));
    expect(glance({ toys: 3, books: 4 }, NOW)).not.toBe(glance(scores, NOW));
    expect(glance(1, NOW)).not.toBe(glance(2, NOW));
  });

  it("a duration in its two largest units", () => {
    expect([0, 59.9, 60, 3605, 90_000, -75].map(duration)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "1 h",
      "1 d 1 h",
      "−1 min 15 s",
    ]);
  });
});

describe("tags", () => {
  it("come as names, as objects or as a map, with the time they end if it is told", () => {
    expect(tagsOf(["b", "a"])).toEqual([
      { name: "a", until: undefined },
      { name: "b", until: undefined },
    ]);
    expect(tagsOf([{ name: "a", expires: NOW }])).toEqual([{ name: "a", until: NOW }]);
    expect(tagsOf({ a: { since: 1, expires: 0 }, b: "2026-05-01T12:00:00Z" })).toEqual([
      { name: "a", until: undefined },
      { name: "b", until: NOW },
    ]);
    expect(tagsOf(undefined)).toEqual([]);
  });
});

describe("signals", () => {
  it("that say something stand above those that are still zero", () => {
    const profile = { signals: { a_views: 0, b_views: 2, c_idle: false, d_time: "12s" }, tags: [], traits: {} };
    const shown = known(profile, new Highlights(), NOW).flatMap((part) => [...part.querySelectorAll("tr")]);
    expect(shown.map((row) => [row.dataset.testid, row.className])).toEqual([
      ["signal-b_views", ""],
      ["signal-d_time", ""],
      ["signal-a_views", "idle"],
      ["signal-c_idle", "idle"],
    ]);
  });
});

describe("a trace", () => {
  const steps = [
    step("trigger hesitating", "false"),
    step("hero.0", "missing"),
    step("hero.1", "true"),
    step("hero.1.0", "capped"),
    step("hero.1.1", "chosen"),
  ];

  it("becomes the tree that the rules are", () => {
    const rules = tree(steps).map(({ step: { rule }, children }) => [rule, children.map((child) => child.step.rule)]);
    expect(rules).toEqual([
      ["trigger hesitating", []],
      ["hero.0", []],
      ["hero.1", ["hero.1.0", "hero.1.1"]],
    ]);
  });

  it("names rules by their place, from 1, and moments by their name", () => {
    expect(["hero.0", "hero.1.0", "trigger hesitating", "odd"].map(ruleName)).toEqual([
      "Rule 1",
      "Rule 2.1",
      "Moment “hesitating”",
      "odd",
    ]);
  });

  it("has a word for every outcome, and shows one that it does not know", () => {
    for (const outcome of ["chosen", "true", "false", "missing", "capped", "cooling", "error"]) {
      expect(verdict(outcome).word).not.toBe("");
    }
    expect(verdict("brand-new").word).toBe("brand-new");
  });

  it("shows condition, operands and reason of each branch as text, never as markup", () => {
    const trace = [
      step("hero.0", "false", { when: "signals.views > 2", values: { "signals.views": 1 }, why: "<b>1</b>, not > 2" }),
      step("hero.1", "chosen", { when: "", why: "always" }),
    ];
    const decision: Decision = {
      slot: "hero",
      module: "welcome",
      type: "banner",
      variant: "",
      props: {},
      decisionId: "d",
      reason: "hero.1: otherwise",
      release: "r",
      trace,
    };
    const card = slotCard("hero", decision, true, new Highlights(), NOW);
    const branches = [...card.querySelectorAll("li[data-rule]")];
    expect(branches.map((branch) => branch.getAttribute("data-outcome"))).toEqual(["false", "chosen"]);
    expect(branches[0]?.textContent).toContain("signals.views > 2");
    expect(branches[0]?.textContent).toContain("<b>1</b>, not > 2");
    expect(card.querySelector("b")).toBeNull();
    expect(branches[1]?.textContent).toContain("otherwise");
    expect(card.querySelector("[data-testid=panel-module]")?.textContent).toBe("welcome");
  });
});

describe("highlights", () => {
  const changed = (highlights: Highlights, text: string, now: number) => {
    const element = document.createElement("p");
    element.textContent = text;
    return highlights.mark("hero", element, now).classList.contains("changed");
  };

  it("mark what differs from the time before, for three seconds", () => {
    const highlights = new Highlights();
    expect(changed(highlights, "welcome", NOW)).toBe(false);
    expect(changed(highlights, "offer", NOW + 1000)).toBe(true);
    expect(changed(highlights, "offer", NOW + 3999)).toBe(true);
    expect(changed(highlights, "offer", NOW + 4000)).toBe(false);
  });

  it("know nothing of a visitor that was forgotten", () => {
    const highlights = new Highlights();
    changed(highlights, "welcome", NOW);
    highlights.forget();
    expect(changed(highlights, "offer", NOW)).toBe(false);
  });
});
