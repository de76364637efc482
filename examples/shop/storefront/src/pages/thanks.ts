/** After an order. */

import { h } from "../dom";
import { recommendationsSlot } from "../slots";
import type { Page } from "./page";

export function thanks(order: string): Page {
  return {
    title: "Thank you",
    content: [
      h(
        "div",
        { class: "narrow thanks", "data-testid": "thanks" },
        h("h1", {}, "Thank you"),
        h(
          "p",
          { class: "lead" },
          order ? `Your order ${order} leaves our house tomorrow morning.` : "Your order is on its way.",
        ),
        h("p", {}, h("a", { class: "button", href: "/" }, "Back to the shop")),
      ),
      h("div", { class: "wide" }, recommendationsSlot()),
    ],
  };
}
