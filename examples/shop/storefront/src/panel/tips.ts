/** What to try in the demo. */

import { h } from "../dom";

const TIPS = [
  "Look at three products of one category: the banner becomes an offer for it.",
  "Stay on a product for 30 seconds: what everybody loves becomes what goes well with it.",
  "Put something into the cart and stay on a product for two minutes: a reminder comes.",
  "Place an order: the banner thanks you.",
  "Open a second tab, or sign in with the same name in another browser: it follows.",
];

export function tips(): HTMLElement {
  return h(
    "section",
    { class: "panel-part" },
    h("h2", {}, "Things to try"),
    h("ul", { class: "tips" }, ...TIPS.map((tip) => h("li", {}, tip))),
  );
}
