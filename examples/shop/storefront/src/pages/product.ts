/** One product: its picture, what there is to know, and the way into the cart. */

import { picture } from "../card";
import { product as find, type Product, title } from "../catalogue";
import { h } from "../dom";
import { money } from "../money";
import { hrefOf } from "../router";
import type { Shop } from "../shop";
import { recommendationsSlot } from "../slots";
import { missing } from "./missing";
import type { Page } from "./page";

export function product(id: string, shop: Shop): Page {
  const shown = find(id);
  if (!shown) return missing();
  return {
    title: shown.name,
    content: [
      h(
        "article",
        { class: "wide product", "data-testid": "product" },
        h("div", { class: "product-picture" }, picture(shown)),
        h("div", { class: "product-words" }, crumbs(shown), ...words(shown), ...buying(shown, shop)),
      ),
      h("div", { class: "wide" }, recommendationsSlot(id)),
    ],
    tell: () => shop.events.viewed(shown),
  };
}

function crumbs({ category }: Product): HTMLElement {
  return h(
    "nav",
    { class: "crumbs", "aria-label": "You are here" },
    h("a", { href: "/" }, "Shop"),
    " / ",
    h("a", { href: hrefOf({ page: "category", category }) }, title(category)),
  );
}

function words({ name, brand, price, rating, description }: Product): HTMLElement[] {
  return [
    h("h1", { class: "product-name", "data-testid": "product-name" }, name),
    h("p", { class: "product-brand" }, brand, h("span", { class: "rating" }, stars(rating), ` ${rating.toFixed(1)}`)),
    h("p", { class: "product-price" }, money(price)),
    h("p", { class: "lead" }, description),
  ];
}

function stars(rating: number): HTMLElement {
  const full = Math.round(rating);
  const drawn = h("span", { class: "stars", role: "img", "aria-label": `${rating.toFixed(1)} of 5 stars` });
  drawn.append("★".repeat(full), h("span", { class: "stars-rest" }, "★".repeat(5 - full)));
  return drawn;
}

function buying(shown: Product, shop: Shop): HTMLElement[] {
  const done = h("p", { class: "added", role: "status", "data-testid": "added" });
  const buy = () => {
    shop.add(shown);
    done.replaceChildren("In your cart. ", h("a", { href: "/cart" }, "See the cart"));
  };
  return [
    h(
      "button",
      { type: "button", class: "button button-wide", "data-testid": "add-to-cart", onclick: buy },
      "Add to cart",
    ),
    done,
    h(
      "ul",
      { class: "promises" },
      h("li", {}, "Leaves our house tomorrow morning"),
      h("li", {}, "Free returns for 60 days"),
      h("li", {}, "Repaired by us for as long as you own it"),
    ),
  ];
}
