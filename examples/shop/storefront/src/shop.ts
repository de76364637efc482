/** What every page works with: the cart, and the telling of what happens in it. */

import { add, type Cart, setQuantity } from "./cart";
import type { Product } from "./catalogue";
import type { Events } from "./events";

export class Shop {
  constructor(
    readonly cart: Cart,
    readonly events: Events,
  ) {}

  add(product: Product): void {
    this.cart.set(add(this.cart.lines, product.id));
    this.events.added(product, this.cart.lines);
  }

  /** Brings the quantity of a product in the cart to `quantity`; 0 takes it out. */
  change(product: Product, quantity: number): void {
    const before = this.quantity(product);
    this.cart.set(setQuantity(this.cart.lines, product.id, quantity));
    const more = this.quantity(product) - before;
    if (more > 0) this.events.added(product, this.cart.lines, more);
    if (more < 0) this.events.removed(product, this.cart.lines, -more);
  }

  /** Places the order and empties the cart. */
  order(id: string): void {
    this.events.completed(id, this.cart.lines);
    this.cart.set([]);
  }

  private quantity(product: Product): number {
    return this.cart.lines.find((line) => line.id === product.id)?.quantity ?? 0;
  }
}
