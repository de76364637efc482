/** The checkout: a form with a demo address in it. Nothing of it leaves the page; only the order is told. */

import { count, total } from "../cart";
import { product as find } from "../catalogue";
import { h } from "../dom";
import { money } from "../money";
import { hrefOf, navigate } from "../router";
import type { Shop } from "../shop";
import type { Page } from "./page";

const FIELDS = [
  { name: "name", label: "Name", value: "Kim Visitor", autocomplete: "name" },
  { name: "street", label: "Street", value: "Storgata 1", autocomplete: "street-address" },
  { name: "city", label: "Town", value: "0155 Oslo", autocomplete: "address-level2" },
];

/** `newOrder` makes the number of an order. */
export function checkout(shop: Shop, newOrder: () => string): Page {
  const lines = shop.cart.lines;
  if (count(lines) === 0) {
    return {
      title: "Checkout",
      content: [
        h(
          "div",
          { class: "narrow" },
          h("h1", {}, "Checkout"),
          h("p", { class: "lead" }, "There is nothing in your cart yet."),
          h("p", {}, h("a", { class: "button", href: "/" }, "Look around")),
        ),
      ],
    };
  }
  const place = (event: Event) => {
    event.preventDefault();
    const order = newOrder();
    shop.order(order);
    navigate(hrefOf({ page: "thanks", order }));
  };
  return {
    title: "Checkout",
    content: [h("div", { class: "narrow" }, h("h1", {}, "Checkout"), form(place, shop))],
    tell: () => shop.events.checkoutStarted(lines),
  };
}

function form(place: (event: Event) => void, shop: Shop): HTMLElement {
  const price = money(total(shop.cart.lines, (id) => find(id)?.price));
  return h(
    "form",
    { class: "form", onsubmit: place, "data-testid": "checkout-form" },
    ...FIELDS.map(({ name, label, value, autocomplete }) =>
      h("label", { class: "field" }, h("span", {}, label), h("input", { name, value, autocomplete, required: true })),
    ),
    h("p", { class: "quiet" }, "A demo: nothing is sold, and what you write here stays in this page."),
    h("p", { class: "sum" }, "Total", h("strong", {}, price)),
    h("button", { type: "submit", class: "button button-wide", "data-testid": "place-order" }, "Place the order"),
  );
}
