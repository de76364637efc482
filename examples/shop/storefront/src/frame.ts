/** What surrounds every page: categories, search, account and cart. index.html has the places for them. */

import { count, type Lines } from "./cart";
import { CATEGORIES, title } from "./catalogue";
import { byId, h } from "./dom";
import { hrefOf, navigate, type Route } from "./router";

/** Fills the frame once. */
export function frame(): void {
  byId("categories").replaceChildren(...CATEGORIES.map(categoryLink));
  byId("footer-links").replaceChildren(...CATEGORIES.map(categoryLink), h("a", { href: "/cart" }, "Cart"));
  byId<HTMLFormElement>("search").addEventListener("submit", (event) => {
    event.preventDefault();
    navigate(hrefOf({ page: "search", query: byId<HTMLInputElement>("query").value.trim() }));
  });
}

/** Marks where the visitor is. */
export function showPlace(route: Route, pageTitle: string): void {
  document.title = pageTitle === "Hylla" ? "Hylla" : `${pageTitle} · Hylla`;
  document.body.dataset.page = route.page;
  byId("announcement").textContent = pageTitle;
  byId<HTMLInputElement>("query").value = route.page === "search" ? route.query : "";
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".header a, .footer-links a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Says how much is in the cart. */
export function showCart(lines: Lines): void {
  const items = count(lines);
  byId("cart-link").replaceChildren(
    "Cart",
    h("span", { class: items > 0 ? "badge" : "badge badge-none", "data-testid": "cart-count" }, items),
  );
  byId("cart-link").setAttribute("aria-label", items === 1 ? "Cart, 1 item" : `Cart, ${items} items`);
}

function categoryLink(category: string): HTMLElement {
  return h(
    "a",
    { href: hrefOf({ page: "category", category }), "data-testid": `category-${category}` },
    title(category),
  );
}
