/** The home page: the hero, the ways in, the recommendations and what is new. */

import { cards, picture } from "../card";
import { CATEGORIES, inCategory, newest, title } from "../catalogue";
import { h } from "../dom";
import { hrefOf } from "../router";
import { heroSlot, recommendationsSlot } from "../slots";
import type { Page } from "./page";

export function home(): Page {
  return {
    title: "Hylla",
    content: [
      h("h1", { class: "hidden" }, "Hylla, a small shop for things worth keeping"),
      h("div", { class: "wide" }, heroSlot()),
      h(
        "div",
        { class: "wide" },
        h("nav", { class: "doors", "aria-label": "Shop by category" }, ...CATEGORIES.map(door)),
      ),
      h("div", { class: "wide" }, recommendationsSlot()),
      h("section", { class: "wide" }, h("h2", { class: "row-title" }, "New on the shelf"), cards(newest(2), "new")),
    ],
  };
}

function door(category: string): HTMLElement {
  const [first] = inCategory(category);
  return h(
    "a",
    { class: "door", href: hrefOf({ page: "category", category }), "data-testid": `door-${category}` },
    first && picture(first),
    h("span", { class: "door-name" }, title(category)),
  );
}
