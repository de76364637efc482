/** The module types `products` and `carousel`: a titled row of products, which scrolls sideways as a carousel. */

import type { Decision } from "@befit/browser";
import { cards } from "../card";
import { product as find, type Product } from "../catalogue";
import { h } from "../dom";

export interface ProductsProps {
  readonly title?: string;
  readonly items?: readonly unknown[];
}

export function productRow(props: ProductsProps, decision: Pick<Decision, "type" | "slot">): HTMLElement {
  const row = cards((props.items ?? []).flatMap(sold), decision.slot);
  const title = h("h2", { class: "row-title" }, props.title ?? "For you");
  const scrolls = decision.type === "carousel";
  return h(
    "section",
    { class: scrolls ? "row row-carousel" : "row", "data-testid": `module-${decision.type}` },
    h("div", { class: "row-head" }, title, scrolls && arrows(row)),
    row,
  );
}

/** The product that an item of a module stands for; what is not sold here is left out. */
function sold(item: unknown): Product[] {
  const id = typeof item === "string" ? item : (item as Partial<Product> | null)?.id;
  const product = id === undefined ? undefined : find(id);
  return product ? [product] : [];
}

function arrows(row: HTMLElement): HTMLElement {
  const scroll = (pages: number) => row.scrollBy({ left: pages * row.clientWidth * 0.8, behavior: "smooth" });
  return h(
    "div",
    { class: "arrows" },
    h("button", { type: "button", class: "arrow", "aria-label": "Earlier products", onclick: () => scroll(-1) }, "←"),
    h("button", { type: "button", class: "arrow", "aria-label": "More products", onclick: () => scroll(1) }, "→"),
  );
}
