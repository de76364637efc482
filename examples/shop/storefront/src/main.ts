/** The shop: wires the cart, the pages, befit and the panel together. */

import { account } from "./account";
import { befit } from "./befit";
import { Cart } from "./cart";
import { byId } from "./dom";
import { Events } from "./events";
import { frame, showCart, showPlace } from "./frame";
import { cart as cartPage } from "./pages/cart";
import { category } from "./pages/category";
import { checkout } from "./pages/checkout";
import { home } from "./pages/home";
import { missing } from "./pages/missing";
import type { Page } from "./pages/page";
import { product } from "./pages/product";
import { search } from "./pages/search";
import { thanks } from "./pages/thanks";
import { panel } from "./panel/panel";
import { navigate, type Route, start } from "./router";
import { Shop } from "./shop";
import { Visitor } from "./visitor";

const cart = new Cart(localStorage, window);
const shop = new Shop(cart, new Events((event, properties) => befit.track(event, properties)));
const visitor = new Visitor(befit);
let current: Page | undefined;

frame();
cart.follow(showCart);
showCart(cart.lines);
account(byId("account"), visitor, renew);
panel(byId("panel"), befit, visitor, renew);
start(show);

function show(route: Route): void {
  const moved = current !== undefined;
  current?.leave?.();
  current = pageOf(route);
  showPlace(route, current.title);
  byId("content").replaceChildren(...current.content);
  if (moved) byId("content").focus({ preventScroll: true });
  current.tell?.();
}

function pageOf(route: Route): Page {
  switch (route.page) {
    case "home":
      return home();
    case "category":
      return category(route.category, shop);
    case "product":
      return product(route.id, shop);
    case "search":
      return search(route.query, shop);
    case "cart":
      return cartPage(shop);
    case "checkout":
      return checkout(shop, newOrder);
    case "thanks":
      return thanks(route.order);
    case "missing":
      return missing();
  }
}

function newOrder(): string {
  const digits = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `H-${digits.toString(36).toUpperCase()}`;
}

function renew(): void {
  cart.set([]);
  visitor.renew();
  navigate("/");
}
