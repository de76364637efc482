/**
 * `<befit-slot name="hero">`: shows what was decided for its slot.
 *
 * What the page put inside stays until then. The element redraws only when the content changed, fires `befit:decision`
 * and counts its impressions and clicks. The class is made on first use, so that the package can be imported anywhere.
 */

import type { Decision, Stop } from "../types";

/** What an element needs of the client. */
export interface SlotHost {
  subscribe(slot: string, callback: (decision: Decision) => void): Stop;
  observe(element: Element, decision: Decision): Stop;
  render(decision: Decision): Node | undefined;
}

interface SlotElement extends HTMLElement {
  start(): void;
  stop(): void;
  draw(): void;
}

const mounted = new Set<SlotElement>();
let host: SlotHost | undefined;

/** Serves the page's slot elements from now on; the function returned stops that. */
export function serveSlots(server: SlotHost): Stop {
  host = server;
  if (customElements.get("befit-slot")) for (const element of mounted) element.start();
  else customElements.define("befit-slot", slotElementClass());
  return () => {
    if (host !== server) return;
    for (const element of mounted) element.stop();
    host = undefined;
  };
}

/** A renderer was defined: elements that had none try again. */
export function redrawSlots(): void {
  for (const element of mounted) element.draw();
}

function slotElementClass(): CustomElementConstructor {
  return class extends HTMLElement implements SlotElement {
    static observedAttributes = ["name"];
    #decision: Decision | undefined;
    #content = "";
    #own: ChildNode[] | undefined;
    #unsubscribe: Stop | undefined;
    #unobserve: Stop | undefined;

    connectedCallback(): void {
      mounted.add(this);
      // An inline box has no height to measure; a page that chose a display keeps it.
      if (getComputedStyle(this).display === "inline") this.style.display = "block";
      this.start();
    }

    disconnectedCallback(): void {
      mounted.delete(this);
      this.stop();
    }

    attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
      if (before === after || !mounted.has(this)) return;
      if (this.#own) this.replaceChildren(...this.#own);
      this.#own = this.#decision = undefined;
      this.#content = "";
      this.start();
    }

    start(): void {
      this.stop();
      const name = this.getAttribute("name");
      if (!name) return;
      this.#unsubscribe = host?.subscribe(name, (decision) => {
        this.#decision = decision;
        this.draw();
        this.dispatchEvent(new CustomEvent("befit:decision", { detail: decision, bubbles: true }));
      });
    }

    stop(): void {
      this.#unsubscribe?.();
      this.#unobserve?.();
    }

    draw(): void {
      const decision = this.#decision;
      if (!decision || !host) return;
      const { type, module, variant, props } = decision;
      const content = JSON.stringify([type, module, variant, props]);
      if (content !== this.#content) {
        const node = host.render(decision);
        if (!node) return;
        this.#own ??= [...this.childNodes];
        this.#content = content;
        this.replaceChildren(node);
      }
      this.#unobserve?.();
      this.#unobserve = host.observe(this, decision);
    }
  };
}
