/** Impressions: a module counts as seen when half of its element was on screen for 500 ms, once per decision. */

import type { Decision, Stop } from "../types";

const HALF = 0.5;
const LONG_ENOUGH = 500;

interface Shown {
  decision: Decision<unknown>;
  timer?: ReturnType<typeof setTimeout>;
}

export interface Impressions {
  observe(element: Element, decision: Decision<unknown>): Stop;
  /** The decision whose module holds this node. */
  owner(node: Node): Decision<unknown> | undefined;
}

export function watchImpressions(seen: (decision: Decision<unknown>) => void, signal: AbortSignal): Impressions {
  const counted = new Set<string>();
  const modules = new Map<Node, Shown>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries) {
        const module = modules.get(target);
        clearTimeout(module?.timer);
        if (module && intersectionRatio >= HALF) wait(module, target);
      }
    },
    { threshold: HALF },
  );

  function wait(module: Shown, element: Element): void {
    module.timer = setTimeout(() => {
      const { decision } = module;
      if (signal.aborted || counted.has(decision.decisionId)) return;
      // On screen only once the tab is, and once there is something of it.
      if (document.hidden || !element.getBoundingClientRect().height) return wait(module, element);
      counted.add(decision.decisionId);
      seen(decision);
    }, LONG_ENOUGH);
  }
  function release(element: Element): void {
    clearTimeout(modules.get(element)?.timer);
    modules.delete(element);
    observer.unobserve(element);
  }

  return {
    observe(element, decision) {
      release(element); // Observing anew makes the observer report where the element stands.
      modules.set(element, { decision });
      observer.observe(element);
      return () => modules.get(element)?.decision === decision && release(element);
    },
    owner(node) {
      let each: Node | null = node;
      while (each && !modules.has(each)) each = each.parentNode;
      return each ? modules.get(each)?.decision : undefined;
    },
  };
}
