// @vitest-environment jsdom
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ALL } from "../src/catalogue";
import { banner } from "../src/modules/banner";
import { productRow } from "../src/modules/products";
import { reminder } from "../src/modules/reminder";

// jsdom has no CSS object; real browsers do.
beforeAll(() => {
  vi.stubGlobal("CSS", { supports: () => true, escape: (text: string) => text });
});

describe("a banner", () => {
  it("shows its words as text and its link", () => {
    const shown = banner({ title: "<i>Hello</i>", text: "Look", cta: "Go", url: "/category/toys", tone: "warm" });
    expect(shown.querySelector("h2")?.textContent).toBe("<i>Hello</i>");
    expect(shown.querySelector("a")?.pathname).toBe("/category/toys");
    expect(shown.className).toContain("banner-warm");
    expect(shown.querySelectorAll(".banner-art svg")).toHaveLength(3);
  });

  it("has no link that would run a script, and a calm tone when it names none that exists", () => {
    const shown = banner({ title: "Hello", cta: "Go", url: "javascript:alert(1)", tone: '"><script>' });
    expect(shown.querySelector("a")).toBeNull();
    expect(shown.className).toContain("banner-calm");
  });
});

describe("a row of products", () => {
  const items = ALL.slice(0, 3);

  it("keeps the order of its items, and leaves out what the shop does not sell", () => {
    const row = productRow(
      { title: "For you", items: [...items, { id: "gone" }, null] },
      { type: "products", slot: "hero" },
    );
    const ids = [...row.querySelectorAll<HTMLElement>("[data-testid=product-card]")].map(
      (card) => card.dataset.befitPropProductId,
    );
    expect(ids).toEqual(items.map(({ id }) => id));
    expect(row.querySelector("button")).toBeNull();
  });

  it("can be scrolled by buttons when it is a carousel, and says where clicks come from", () => {
    const row = productRow({ items }, { type: "carousel", slot: "recommendations" });
    expect(row.querySelectorAll("button")).toHaveLength(2);
    expect(row.querySelector<HTMLElement>("[data-befit-track]")?.dataset).toMatchObject({
      befitTrack: "Product Clicked",
      befitPropListId: "recommendations",
    });
  });
});

describe("a reminder", () => {
  it("goes away when it is closed", () => {
    const place = document.createElement("div");
    place.append(reminder({ title: "Your cart is waiting", cta: "Go to the cart", url: "/cart" }));
    place.querySelector<HTMLButtonElement>("button.close")?.click();
    expect(place.children).toHaveLength(0);
  });
});
