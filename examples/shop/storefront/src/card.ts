/** A product in a list: its picture, name and price, as one link. Clicks are told by attributes, without code. */

import type { Product } from "./catalogue";
import { h } from "./dom";
import { money } from "./money";
import { hrefOf } from "./router";
import { draw, tint } from "./shapes/draw";

/** A picture of a product on a field of its own colour, lightened. */
export function picture(product: Pick<Product, "shape" | "color">): HTMLElement {
  const field = h("span", { class: "picture" });
  tint(field, product.color);
  field.append(draw(product.shape, product.color));
  return field;
}

/** Cards in a list. `list` names it in the `Product Clicked` events. */
export function cards(products: readonly Product[], list: string): HTMLUListElement {
  const items = products.map((product, index) => h("li", {}, card(product, list, index + 1)));
  return h("ul", { class: "cards", "data-testid": "product-list" }, ...items);
}

function card(product: Product, list: string, position: number): HTMLElement {
  return h(
    "a",
    {
      class: "card",
      href: hrefOf({ page: "product", id: product.id }),
      "data-testid": "product-card",
      "data-befit-track": "Product Clicked",
      "data-befit-prop-product-id": product.id,
      "data-befit-prop-category": product.category,
      "data-befit-prop-name": product.name,
      "data-befit-prop-list-id": list,
      "data-befit-prop-position": position,
    },
    picture(product),
    h("span", { class: "card-name" }, product.name),
    h("span", { class: "card-brand" }, product.brand),
    h("span", { class: "card-price" }, money(product.price)),
  );
}
