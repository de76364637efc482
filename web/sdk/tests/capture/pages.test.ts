import { describe, expect, test, vi } from "vitest";
import { clientOf, serverOf } from "../page";
import { settle } from "../until";

describe("automatic page views", () => {
  test("the page that befit starts on counts, with the site's properties", async () => {
    const server = await serverOf();
    history.replaceState(null, "", "/product/7?color=red");
    document.title = "A lamp";
    const befit = clientOf(server, { autoPage: true, page: () => ({ type: "product" }) });
    await befit.flush();
    const [page, ...others] = server.named("page");
    expect(others).toEqual([]);
    expect(page.properties).toEqual({ type: "product" });
    expect(page.context.page).toEqual({
      path: "/product/7",
      url: "http://localhost:3000/product/7?color=red",
      title: "A lamp",
      referrer: "",
      search: "?color=red",
    });
  });

  test("each address that the router goes to counts once, coming from the one before", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    history.pushState(null, "", "/one");
    await settle();
    history.replaceState(null, "", "/two");
    await settle();
    history.replaceState({ scroll: 1 }, "", "/two");
    history.pushState(null, "", "/two#details");
    await settle();
    await befit.flush();
    expect(server.named("page").map(({ context }) => context.page.path)).toEqual(["/", "/one", "/two"]);
    expect(server.named("page")[2].context.page.referrer).toBe("http://localhost:3000/one");
  });

  test("going back counts", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    history.pushState(null, "", "/one");
    await settle();
    const back = new Promise((resolve) => addEventListener("popstate", resolve, { once: true }));
    history.back();
    await back;
    await settle();
    await befit.flush();
    expect(server.named("page").map(({ context }) => context.page.path)).toEqual(["/", "/one", "/"]);
  });

  test("returning from the back/forward cache counts", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: false }));
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await settle();
    await befit.flush();
    expect(server.named("page")).toHaveLength(2);
  });

  test("what is tracked right after the router moved belongs to the new page", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    history.pushState(null, "", "/product/7");
    befit.track("Product Viewed");
    await settle();
    await befit.flush();
    const [, page, viewed] = server.events.filter(({ event }) => event !== "Page Ping");
    expect([page.type, viewed.event]).toEqual(["page", "Product Viewed"]);
    expect(viewed.context.viewId).toBe(page.context.viewId);
  });

  test("a page view counted by hand takes the place of the automatic one", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    history.pushState(null, "", "/one");
    befit.page("One", { type: "category" });
    await settle();
    await befit.flush();
    expect(server.named("page")).toHaveLength(2);
    expect(server.named("page")[1]).toMatchObject({ name: "One", properties: { type: "category" } });
  });

  test("a page hook that throws costs its properties, not the page view", async () => {
    const server = await serverOf();
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const befit = clientOf(server, {
      autoPage: true,
      page: () => {
        throw new Error("no such product");
      },
    });
    await befit.flush();
    expect(server.named("page")).toHaveLength(1);
    expect(console.warn).toHaveBeenCalledWith("befit:", "callback", new Error("no such product"));
  });

  test("after close the router's moves count no more", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    await befit.flush();
    befit.close();
    history.pushState(null, "", "/one");
    await settle();
    expect(server.named("page")).toHaveLength(1);
  });
});

describe("page views by hand", () => {
  test("none is sent unasked when autoPage is off", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    history.pushState(null, "", "/one");
    await settle();
    await befit.flush();
    expect(server.events).toEqual([]);
  });

  test("properties alone will do", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.page({ type: "home" });
    await befit.flush();
    expect(server.named("page")[0]).toMatchObject({ properties: { type: "home" } });
  });

  test("each page view has a viewId of its own, and events carry that of their page", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.page("One");
    befit.track("A");
    befit.page("Two");
    befit.track("B");
    await befit.flush();
    const views = server.events.filter(({ event }) => event !== "Page Ping").map(({ context }) => context.viewId);
    expect(views[0]).toBe(views[1]);
    expect(views[2]).toBe(views[3]);
    expect(views[0]).not.toBe(views[2]);
  });
});
