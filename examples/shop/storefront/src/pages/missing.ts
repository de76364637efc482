/** An address that leads nowhere. */

import { cards } from "../card";
import { bestRated } from "../catalogue";
import { h } from "../dom";
import type { Page } from "./page";

export function missing(): Page {
  return {
    title: "Not here",
    content: [
      h(
        "section",
        { class: "wide" },
        h("div", { class: "list-head" }, h("h1", {}, "There is nothing here")),
        h("p", { class: "lead" }, "This shelf is empty. These are not:"),
        cards(bestRated(4), "best-loved"),
      ),
    ],
  };
}
