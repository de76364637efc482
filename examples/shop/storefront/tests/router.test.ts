// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hrefOf, type Route, routeOf, start } from "../src/router";

const at = (path: string) => routeOf(new URL(path, "https://shop.example"));

describe("an address", () => {
  it.each<Route>([
    { page: "home" },
    { page: "category", category: "electronics" },
    { page: "product", id: "lys-lamp" },
    { page: "product", id: "50 % / more?" },
    { page: "search", query: "wool & linen" },
    { page: "cart" },
    { page: "checkout" },
    { page: "thanks", order: "H-1" },
  ])("of $page leads back to the same page", (route) => {
    expect(at(hrefOf(route))).toEqual(route);
  });

  it.each(["/nowhere", "/cart/1", "/product/a/b", "/category"])("%s leads nowhere", (path) => {
    expect(at(path)).toEqual({ page: "missing" });
  });

  it("with broken escapes is taken as it is", () => {
    expect(at("/product/%E0%A4%A")).toEqual({ page: "product", id: "%E0%A4%A" });
  });
});

describe("the router", () => {
  const shown = vi.fn<(route: Route) => void>();

  beforeEach(() => {
    vi.stubGlobal("scrollTo", () => {});
    document.body.innerHTML = `
      <a id="in" href="/cart"><span>Cart</span></a>
      <a id="out" href="https://elsewhere.example/">Out</a>
      <a id="skip" href="#content">Skip</a>
      <a id="new" href="/cart" target="_blank">New tab</a>`;
    history.replaceState(null, "", "/");
    shown.mockClear();
  });
  afterEach(() => vi.unstubAllGlobals());

  function click(selector: string, init: MouseEventInit = {}): boolean {
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, ...init });
    document.querySelector(selector)?.dispatchEvent(event);
    return event.defaultPrevented;
  }

  it("shows the current page, then follows links into the site, and leaves all other clicks to the browser", () => {
    start(shown);
    expect(shown.mock.lastCall).toEqual([{ page: "home" }]);
    expect(click("#in span")).toBe(true);
    expect(shown.mock.lastCall).toEqual([{ page: "cart" }]);
    expect(location.pathname).toBe("/cart");

    // The browser would follow these; jsdom cannot, so the test stops them after the router has seen them.
    addEventListener("click", (event) => event.preventDefault());
    shown.mockClear();
    for (const selector of ["#out", "#skip", "#new"]) click(selector);
    click("#in", { ctrlKey: true });
    expect(shown).not.toHaveBeenCalled();
  });

  it("does not show a page again for a jump within it", () => {
    shown.mockClear();
    history.replaceState(null, "", "/cart#content");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(shown).not.toHaveBeenCalled();
    history.replaceState(null, "", "/search?q=wool");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(shown).toHaveBeenCalledExactlyOnceWith({ page: "search", query: "wool" });
  });
});
