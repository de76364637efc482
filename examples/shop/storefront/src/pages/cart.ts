/** The cart. It follows changes that come from other tabs. */

import { picture } from "../card";
import { type Line, total } from "../cart";
import { product as find, type Product } from "../catalogue";
import { h } from "../dom";
import { money } from "../money";
import { hrefOf } from "../router";
import type { Shop } from "../shop";
import type { Page } from "./page";

export function cart(shop: Shop): Page {
  const body = h("div", { class: "narrow cart", "data-testid": "cart" });
  const render = () => keepingFocus(body, () => body.replaceChildren(h("h1", {}, "Your cart"), ...contents(shop)));
  render();
  return {
    title: "Cart",
    content: [body],
    tell: () => shop.events.cartViewed(shop.cart.lines),
    leave: shop.cart.follow(render),
  };
}

function contents(shop: Shop): HTMLElement[] {
  const lines = shop.cart.lines;
  const rows = lines.flatMap((line) => {
    const product = find(line.id);
    return product ? [row(product, line, shop)] : [];
  });
  if (rows.length === 0) {
    return [
      h("p", { class: "lead", "data-testid": "cart-empty" }, "Nothing in it yet."),
      h("p", {}, h("a", { class: "button", href: "/" }, "Look around")),
    ];
  }
  return [
    h("ul", { class: "lines" }, ...rows),
    h("p", { class: "sum" }, "Total", h("strong", { "data-testid": "cart-total" }, money(total(lines, priceOf)))),
    h("p", { class: "quiet" }, "Delivery is free. Prices include tax."),
    h("a", { class: "button button-wide", href: "/checkout", "data-testid": "to-checkout" }, "Check out"),
  ];
}

function row(product: Product, line: Line, shop: Shop): HTMLElement {
  const step = (by: number) => () => shop.change(product, line.quantity + by);
  return h(
    "li",
    { class: "line", "data-testid": "cart-line" },
    h(
      "a",
      { class: "line-picture", href: hrefOf({ page: "product", id: product.id }), tabindex: -1 },
      picture(product),
    ),
    h(
      "div",
      { class: "line-words" },
      h("a", { class: "line-name", href: hrefOf({ page: "product", id: product.id }) }, product.name),
      h("span", { class: "quiet" }, product.brand),
    ),
    h(
      "div",
      { class: "steps", role: "group", "aria-label": `Quantity of ${product.name}` },
      h("button", { type: "button", "aria-label": "One less", onclick: step(-1) }, "−"),
      h("span", { class: "quantity", "aria-live": "polite" }, line.quantity),
      h("button", { type: "button", "aria-label": "One more", onclick: step(1) }, "+"),
    ),
    h("span", { class: "line-price" }, money(product.price * line.quantity)),
    h(
      "button",
      {
        type: "button",
        class: "remove",
        "data-testid": "remove",
        "aria-label": `Remove ${product.name}`,
        onclick: step(-line.quantity),
      },
      "×",
    ),
  );
}

/** Gives the focus back to the button with the same name after `render` made it anew. */
function keepingFocus(body: HTMLElement, render: () => void): void {
  const focused = body.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : null;
  render();
  if (focused) body.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}

function priceOf(id: string): number | undefined {
  return find(id)?.price;
}
