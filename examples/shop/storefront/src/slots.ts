/** The slots in the pages: places that befit fills, and what stands there while it does not. */

import { bestRated } from "./catalogue";
import { h } from "./dom";
import { banner } from "./modules/banner";
import { productRow } from "./modules/products";

export function heroSlot(): HTMLElement {
  const props = { title: "Good things, made to last", text: "A small shop with things that we use ourselves." };
  return slot("hero", banner({ ...props, cta: "See what is new", url: "/category/home" }));
}

/** `but` is a product that is not recommended: the one on the page. */
export function recommendationsSlot(but?: string): HTMLElement {
  const props = { title: "What everybody loves", items: bestRated(6, but) };
  return slot("recommendations", productRow(props, { type: "products", slot: "recommendations" }));
}

export function sidebarSlot(): HTMLElement {
  return slot("sidebar");
}

/** A `<befit-slot>`. Its fall-back has the size of what will come, so that nothing jumps, and appears only when it has to wait. */
function slot(name: string, fallback?: Node): HTMLElement {
  const element = document.createElement("befit-slot");
  element.setAttribute("name", name);
  element.className = `slot slot-${name}`;
  element.dataset.testid = `slot-${name}`;
  element.append(h("div", { class: "fallback" }, fallback));
  return element;
}
