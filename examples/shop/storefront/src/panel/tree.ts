/** A decision's trace as the tree that the rules are. */

import type { Step } from "@befit/browser";

export interface Branch {
  readonly step: Step;
  readonly children: readonly Branch[];
}

interface Growing {
  step: Step;
  children: Growing[];
}

/** The steps in their order, each below the branch that it belongs to: `hero.1.0` below `hero.1`. */
export function tree(steps: readonly Step[]): Branch[] {
  const roots: Growing[] = [];
  const byRule = new Map<string, Growing>();
  for (const step of steps) {
    const branch: Growing = { step, children: [] };
    const parent = byRule.get(step.rule.slice(0, Math.max(0, step.rule.lastIndexOf("."))));
    (parent?.children ?? roots).push(branch);
    byRule.set(step.rule, branch);
  }
  return roots;
}

/** How a branch turned out, as a sign, a word, and a class for its colour. */
export interface Verdict {
  readonly sign: string;
  readonly word: string;
  readonly tone: "yes" | "open" | "no" | "held" | "wrong";
}

const VERDICTS: Record<string, Verdict> = {
  chosen: { sign: "✓", word: "chosen", tone: "yes" },
  true: { sign: "✓", word: "holds", tone: "open" },
  false: { sign: "✕", word: "does not hold", tone: "no" },
  missing: { sign: "?", word: "not known yet", tone: "no" },
  capped: { sign: "∎", word: "shown often enough", tone: "held" },
  cooling: { sign: "◔", word: "shown a moment ago", tone: "held" },
  error: { sign: "!", word: "has an error", tone: "wrong" },
};

export function verdict(outcome: string): Verdict {
  return VERDICTS[outcome] ?? { sign: "·", word: outcome, tone: "no" };
}

/** What decided, for a person: `hero.0` is the first rule of the slot, `trigger x` a moment. */
export function ruleName(rule: string): string {
  if (rule.startsWith("trigger ")) return `Moment “${rule.slice("trigger ".length)}”`;
  const path = rule
    .split(".")
    .slice(1)
    .map((index) => Number(index) + 1);
  return path.length > 0 && path.every(Number.isInteger) ? `Rule ${path.join(".")}` : rule;
}
