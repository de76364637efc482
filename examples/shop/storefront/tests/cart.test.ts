// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { add, Cart, count, type Lines, parse, setQuantity, total } from "../src/cart";

const lamp: Lines = [{ id: "lamp", quantity: 1 }];

describe("the lines of a cart", () => {
  it("count one more of a product that is already there", () => {
    expect(add(add(lamp, "mug"), "lamp")).toEqual([
      { id: "lamp", quantity: 2 },
      { id: "mug", quantity: 1 },
    ]);
  });

  it("lose a product whose quantity becomes 0 or less", () => {
    expect(setQuantity(lamp, "lamp", 0)).toEqual([]);
    expect(setQuantity(lamp, "lamp", -3)).toEqual([]);
  });

  it("hold at most 20 of one product, and none that was not added", () => {
    expect(setQuantity(lamp, "lamp", 500)).toEqual([{ id: "lamp", quantity: 20 }]);
    expect(setQuantity(lamp, "mug", 3)).toEqual(lamp);
  });

  it("cost what they cost, to the cent", () => {
    const prices: Record<string, number> = { pen: 0.1, book: 0.2 };
    const lines = [
      { id: "pen", quantity: 3 },
      { id: "book", quantity: 1 },
      { id: "sold out", quantity: 9 },
    ];
    expect(total(lines, (id) => prices[id])).toBe(0.5);
    expect(count(lines)).toBe(13);
  });
});

describe("a stored cart", () => {
  it.each([null, "", "nonsense", "{}", "[1,null]", '[{"id":7,"quantity":1}]', '[{"id":"a","quantity":-1}]'])(
    "that says %s is an empty one",
    (text) => {
      expect(parse(text)).toEqual([]);
    },
  );
});

describe("a cart shared by tabs", () => {
  beforeEach(() => localStorage.clear());

  it("is found again by the next page", () => {
    new Cart(localStorage, new EventTarget()).set(lamp);
    expect(new Cart(localStorage, new EventTarget()).lines).toEqual(lamp);
  });

  it("follows what another tab stores, and says so", () => {
    const tab = new EventTarget();
    const cart = new Cart(localStorage, tab);
    const seen: Lines[] = [];
    const stop = cart.follow((lines) => seen.push(lines));
    tab.dispatchEvent(new StorageEvent("storage", { key: Cart.KEY, newValue: JSON.stringify(lamp) }));
    tab.dispatchEvent(new StorageEvent("storage", { key: "something else", newValue: "[]" }));
    stop();
    cart.set([]);
    expect(seen).toEqual([lamp]);
    expect(cart.lines).toEqual([]);
  });
});
