import { describe, expect, onTestFinished, test, vi } from "vitest";
import { clientOf, serverOf } from "./page";

describe("the visitor", () => {
  test("stays the same on the next page", async () => {
    const server = await serverOf();
    const first = clientOf(server);
    first.identify("u1", { plan: "free" });
    first.close();
    const second = clientOf(server);
    expect(second.anonymousId).toBe(first.anonymousId);
    expect(second.userId).toBe("u1");
    second.track("Next");
    await second.flush();
    expect(server.named("identify")[0]).toMatchObject({ userId: "u1", traits: { plan: "free" } });
    expect(server.named("Next")[0]).toMatchObject({ userId: "u1", anonymousId: first.anonymousId });
  });

  test("can be named by the site", async () => {
    const befit = clientOf(await serverOf(), { anonymousId: "a1", userId: "u1" });
    expect([befit.anonymousId, befit.userId]).toEqual(["a1", "u1"]);
  });

  test("identify without a user id sets traits of the anonymous visitor", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.identify(undefined, { size: "M" });
    await befit.flush();
    expect(server.named("identify")[0].traits).toEqual({ size: "M" });
    expect(server.named("identify")[0]).not.toHaveProperty("userId");
  });

  test("reset makes a new one, whose page view follows", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { autoPage: true });
    const { anonymousId } = befit;
    befit.identify("u1");
    befit.reset();
    expect(befit.anonymousId).not.toBe(anonymousId);
    expect(befit.userId).toBeUndefined();
    await befit.flush();
    const pages = server.named("page");
    expect(pages.map((page) => page.anonymousId)).toEqual([anonymousId, befit.anonymousId]);
    expect(pages[1]).not.toHaveProperty("userId");
  });

  test("changes in all tabs at once", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    // What the browser does when another tab of the site calls reset().
    localStorage.setItem("befit_anonymous_id", "other");
    dispatchEvent(new StorageEvent("storage", { key: "befit_anonymous_id" }));
    befit.track("Next");
    await befit.flush();
    expect(server.named("Next")[0].anonymousId).toBe("other");
  });

  test("alias and group carry their ids", async () => {
    const server = await serverOf();
    const befit = clientOf(server, { anonymousId: "a1" });
    befit.alias("u1");
    befit.group("g1", { name: "Acme" });
    await befit.flush();
    expect(server.named("alias")[0]).toMatchObject({ userId: "u1", previousId: "a1" });
    expect(server.named("group")[0]).toMatchObject({ groupId: "g1", traits: { name: "Acme" } });
  });
});

describe("identity tokens", () => {
  test("travel with the user's events and are not remembered", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.track("Before");
    befit.identify("u1", {}, "signed.token");
    befit.track("After");
    await befit.flush();
    expect(server.named("Before")[0].context).not.toHaveProperty("identityToken");
    expect(server.named("After")[0].context.identityToken).toBe("signed.token");
    expect(JSON.stringify(localStorage)).not.toContain("signed.token");
  });

  test("a user id that needs one is not remembered without it", async () => {
    const server = await serverOf();
    clientOf(server, { userId: "u1", identityToken: "signed.token" }).close();
    expect(clientOf(server).userId).toBeUndefined();
  });
});

describe("where storage is refused", () => {
  const refuse = () => {
    vi.stubGlobal("localStorage", {
      getItem: () => {
        throw new DOMException("refused", "SecurityError");
      },
      setItem: () => {
        throw new DOMException("refused", "SecurityError");
      },
      clear: () => {},
    });
  };

  test("a cookie remembers the visitor", async () => {
    refuse();
    const server = await serverOf();
    const first = clientOf(server);
    first.identify("müller; é");
    const second = clientOf(server);
    expect(second.anonymousId).toBe(first.anonymousId);
    expect(second.userId).toBe("müller; é");
    second.reset();
    const third = clientOf(server);
    expect(third.userId).toBeUndefined();
    expect(third.anonymousId).toBe(second.anonymousId);
  });

  test("only short values travel in cookies", async () => {
    refuse();
    navigator.sendBeacon = () => false;
    const befit = clientOf(await serverOf());
    befit.track("Long", { text: "x".repeat(1_000) });
    befit.close();
    expect(document.cookie).not.toContain("Long");
  });

  test("and memory where cookies are refused too", async () => {
    refuse();
    const refused = () => {
      throw new DOMException("refused", "SecurityError");
    };
    Object.defineProperty(document, "cookie", { configurable: true, get: refused, set: refused });
    onTestFinished(() => void Reflect.deleteProperty(document, "cookie"));
    const server = await serverOf();
    const befit = clientOf(server);
    const { anonymousId } = befit;
    befit.track("One");
    befit.track("Two");
    await befit.flush();
    expect(anonymousId).not.toBe("");
    expect(server.events.map((event) => event.anonymousId)).toEqual([anonymousId, anonymousId]);
  });

  test("a full quota costs nothing but the memory of it", async () => {
    const server = await serverOf();
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    const befit = clientOf(server);
    befit.track("One");
    befit.track("Two");
    await befit.flush();
    expect(new Set(server.events.map((event) => event.anonymousId))).toEqual(new Set([befit.anonymousId]));
  });
});
