/** What visitors do, told in the words of Segment's e-commerce specification. */

import { count, type Lines, total } from "./cart";
import { product as find, type Product } from "./catalogue";
import type { Route } from "./router";

export type Properties = Record<string, unknown>;
export type Track = (event: string, properties: Properties) => void;

/** What befit learns of a page view: its kind, and what it is about. */
export function pageProperties(route: Route): Properties {
  const properties: Properties = { type: route.page };
  if (route.page === "category") properties.category = route.category;
  if (route.page === "search") properties.query = route.query;
  if (route.page === "product") {
    const shown = find(route.id);
    properties.product_id = route.id;
    if (shown) Object.assign(properties, { category: shown.category, price: shown.price, name: shown.name });
  }
  return properties;
}

export class Events {
  constructor(private readonly track: Track) {}

  listViewed(category: string, products: readonly Product[]): void {
    this.track("Product List Viewed", { list_id: category, category, products: products.map(({ id }) => id) });
  }

  viewed(product: Product): void {
    this.track("Product Viewed", about(product));
  }

  searched(query: string, found: number): void {
    this.track("Products Searched", { query, found });
  }

  added(product: Product, lines: Lines, quantity = 1): void {
    this.track("Product Added", { ...about(product), quantity, cart_items: count(lines) });
  }

  removed(product: Product, lines: Lines, quantity = 1): void {
    this.track("Product Removed", { ...about(product), quantity, cart_items: count(lines) });
  }

  cartViewed(lines: Lines): void {
    this.track("Cart Viewed", summary(lines));
  }

  checkoutStarted(lines: Lines): void {
    this.track("Checkout Started", summary(lines));
  }

  completed(order: string, lines: Lines): void {
    this.track("Order Completed", { order_id: order, ...summary(lines), cart_items: 0 });
  }
}

function about(product: Product): Properties {
  const { id, name, category, price, brand } = product;
  return { product_id: id, name, category, price, brand };
}

function summary(lines: Lines): Properties {
  const products = lines.flatMap(({ id, quantity }) => {
    const bought = find(id);
    return bought ? [{ ...about(bought), quantity }] : [];
  });
  return { total: total(lines, (id) => find(id)?.price), currency: "EUR", cart_items: count(lines), products };
}
