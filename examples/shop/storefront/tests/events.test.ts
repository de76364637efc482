// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { Cart } from "../src/cart";
import { ALL, type Product } from "../src/catalogue";
import { Events, pageProperties } from "../src/events";
import { Shop } from "../src/shop";

const [bought] = ALL as [Product];

describe("a page view", () => {
  it("of a product says what it is about", () => {
    expect(pageProperties({ page: "product", id: bought.id })).toEqual({
      type: "product",
      product_id: bought.id,
      category: bought.category,
      price: bought.price,
      name: bought.name,
    });
  });

  it("of a category, a search or the cart says so", () => {
    expect(pageProperties({ page: "category", category: "toys" })).toEqual({ type: "category", category: "toys" });
    expect(pageProperties({ page: "search", query: "wool" })).toEqual({ type: "search", query: "wool" });
    expect(pageProperties({ page: "cart" })).toEqual({ type: "cart" });
  });
});

describe("shopping", () => {
  let told: [string, Record<string, unknown>][];
  let shop: Shop;

  beforeEach(() => {
    localStorage.clear();
    told = [];
    shop = new Shop(
      new Cart(localStorage, new EventTarget()),
      new Events((event, properties) => told.push([event, properties])),
    );
  });

  it("tells each product added or removed, and how many are in the cart afterwards", () => {
    shop.add(bought);
    shop.change(bought, 3);
    shop.change(bought, 3);
    shop.change(bought, 0);
    expect(told.map(([event, { quantity, cart_items }]) => [event, quantity, cart_items])).toEqual([
      ["Product Added", 1, 1],
      ["Product Added", 2, 3],
      ["Product Removed", 3, 0],
    ]);
    expect(told[0]?.[1]).toMatchObject({ product_id: bought.id, category: bought.category, price: bought.price });
  });

  it("ends with an order of everything that was in the cart, which is empty then", () => {
    shop.add(bought);
    shop.add(bought);
    shop.order("H-1");
    expect(told.at(-1)).toEqual([
      "Order Completed",
      expect.objectContaining({
        order_id: "H-1",
        total: bought.price * 2,
        cart_items: 0,
        products: [expect.objectContaining({ product_id: bought.id, quantity: 2 })],
      }),
    ]);
    expect(shop.cart.lines).toEqual([]);
  });
});
