/** All products of one category, beside the sidebar. */

import { cards } from "../card";
import { inCategory, title } from "../catalogue";
import { h } from "../dom";
import type { Shop } from "../shop";
import { heroSlot, sidebarSlot } from "../slots";
import { missing } from "./missing";
import type { Page } from "./page";

export function category(name: string, shop: Shop): Page {
  const products = inCategory(name);
  if (products.length === 0) return missing();
  return {
    title: title(name),
    content: [
      h("div", { class: "wide" }, heroSlot()),
      h(
        "div",
        { class: "wide with-sidebar" },
        h(
          "section",
          {},
          h(
            "div",
            { class: "list-head" },
            h("h1", {}, title(name)),
            h("p", { class: "quiet" }, `${products.length} things`),
          ),
          cards(products, name),
        ),
        sidebarSlot(),
      ),
    ],
    tell: () => shop.events.listViewed(name, products),
  };
}
