/** What a search found, beside the sidebar. */

import { cards } from "../card";
import { bestRated, search as find } from "../catalogue";
import { h } from "../dom";
import type { Shop } from "../shop";
import { sidebarSlot } from "../slots";
import type { Page } from "./page";

export function search(query: string, shop: Shop): Page {
  const found = find(query);
  const some = found.length > 0;
  return {
    title: query ? `Search: ${query}` : "Search",
    content: [
      h(
        "div",
        { class: "wide with-sidebar" },
        h(
          "section",
          {},
          h(
            "div",
            { class: "list-head" },
            h("h1", {}, query ? `“${query}”` : "Search the shop"),
            h("p", { class: "quiet", "data-testid": "search-count" }, query ? counted(found.length) : ""),
          ),
          !some &&
            h(
              "p",
              { class: "lead" },
              query ? "Nothing by that name. Perhaps one of these?" : "What are you looking for?",
            ),
          cards(some ? found : bestRated(6), some ? "search" : "best-loved"),
        ),
        sidebarSlot(),
      ),
    ],
    tell: () => {
      if (query) shop.events.searched(query, found.length);
    },
  };
}

function counted(found: number): string {
  return found === 1 ? "1 thing" : `${found} things`;
}
