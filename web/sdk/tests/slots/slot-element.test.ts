import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Decision } from "../../src/types";
import { Viewport } from "../browser";
import { clientOf, serverOf } from "../page";
import { decisionOf, type Server } from "../server";
import { settle, until } from "../until";

let server: Server;
beforeEach(async () => {
  server = await serverOf();
});

function slot(name: string, fallback = "Welcome"): HTMLElement {
  const element = document.createElement("befit-slot");
  element.setAttribute("name", name);
  const text = document.createElement("p");
  text.textContent = fallback;
  element.append(text);
  return document.body.appendChild(element);
}

describe("<befit-slot>", () => {
  test("keeps what the page put inside until there is a decision", async () => {
    clientOf(server);
    const hero = slot("hero");
    await until(() => server.open.length);
    expect(hero.textContent).toBe("Welcome");
    server.push(decisionOf("hero", "offer"));
    await until(() => hero.textContent === "offer");
  });

  test("works when it was on the page before befit", async () => {
    const hero = slot("hero");
    server.push(decisionOf("hero", "offer"));
    clientOf(server);
    await until(() => hero.textContent === "offer");
  });

  test("draws a type with the page's own renderer, defined before or after the decision", async () => {
    server.push(decisionOf("hero", "offer", { type: "teaser", props: { headline: "Lamps" } }));
    const befit = clientOf(server);
    const hero = slot("hero");
    await until(() => befit.decision("hero"));
    await settle();
    expect(hero.textContent).toBe("Welcome");
    befit.define<{ headline: string }>("teaser", ({ headline }, { module }) =>
      document.createTextNode(`${module}: ${headline}`),
    );
    expect(hero.textContent).toBe("offer: Lamps");
  });

  test("tells the page what it shows", async () => {
    clientOf(server);
    const heard: Decision[] = [];
    const listen = ({ detail }: Event & { detail?: Decision }) => void heard.push(detail!);
    document.addEventListener("befit:decision", listen);
    const hero = slot("hero");
    server.push(decisionOf("hero", "offer"));
    await until(() => heard.length);
    expect(heard).toEqual([decisionOf("hero", "offer")]);
    expect(hero.textContent).toBe("offer");
    document.removeEventListener("befit:decision", listen);
  });

  test("does not touch the page when the content stays the same", async () => {
    clientOf(server);
    const hero = slot("hero");
    server.push(decisionOf("hero", "offer"));
    await until(() => hero.textContent === "offer");
    const drawn = hero.firstChild;
    const heard = vi.fn();
    hero.addEventListener("befit:decision", heard);
    server.push(decisionOf("hero", "offer", { decisionId: "another", reason: "another branch" }));
    await until(() => heard.mock.calls.length);
    expect(hero.firstChild).toBe(drawn);
  });

  test("counts the impression of what it shows", async () => {
    const befit = clientOf(server);
    const hero = slot("hero");
    server.push(decisionOf("hero", "offer"));
    await until(() => hero.textContent === "offer");
    Viewport.show(hero, 1);
    await until(() => server.named("Impression").length);
    hero.querySelector<HTMLElement>(".befit-title")?.click();
    await befit.flush();
    expect(server.named("Impression")[0].properties.decisionId).toBe("hero-offer");
    expect(server.named("Module Clicked")[0].properties).toMatchObject({ decisionId: "hero-offer", target: "strong" });
  });

  test("shows another slot when its name changes, its own content until then", async () => {
    server.push(decisionOf("hero", "offer"));
    const befit = clientOf(server);
    const element = slot("hero");
    await until(() => element.textContent === "offer");
    element.setAttribute("name", "sidebar");
    expect(element.textContent).toBe("Welcome");
    await until(() => server.open.some(({ query }) => query.slots === "sidebar"));
    server.push(decisionOf("sidebar", "tips"));
    await until(() => element.textContent === "tips");
    expect(befit.decision("sidebar")?.module).toBe("tips");
  });

  test("lets go when it leaves the page, and carries on when it is moved", async () => {
    server.push(decisionOf("hero", "offer"));
    clientOf(server);
    const hero = slot("hero");
    await until(() => hero.textContent === "offer");
    const drawn = hero.firstChild;
    document.body.append(hero);
    await settle();
    expect(hero.firstChild).toBe(drawn);
    expect(Viewport.watches(hero)).toBe(true);
    hero.remove();
    await until(() => server.open.length === 0);
    expect(Viewport.watches(hero)).toBe(false);
  });

  test("after close it stays as it is", async () => {
    server.push(decisionOf("hero", "offer"));
    const befit = clientOf(server);
    const hero = slot("hero");
    await until(() => hero.textContent === "offer");
    befit.close();
    expect(hero.textContent).toBe("offer");
    expect(Viewport.watches(hero)).toBe(false);
  });

  test("is a block, so that what is visible of it can be measured, unless the page says otherwise", () => {
    clientOf(server);
    expect(slot("hero").style.display).toBe("block");
    const grid = document.createElement("befit-slot");
    grid.style.display = "grid";
    document.body.append(grid);
    expect(grid.style.display).toBe("grid");
  });
});
