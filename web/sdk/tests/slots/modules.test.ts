import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createModules, safeUrl } from "../../src/slots/modules";
import { decisionOf } from "../server";

const { render } = createModules(() => {});
const drawn = (props: Record<string, unknown>) => render(decisionOf("hero", "offer", { props })) as HTMLElement;

describe("banners and messages", () => {
  test("show title, text and one link", () => {
    const banner = drawn({ title: "Lamps", text: "20 % off", cta: "See all", url: "/lamps" });
    expect(banner.outerHTML).toBe(
      '<div class="befit-banner"><strong class="befit-title">Lamps</strong><p class="befit-text">20 % off</p>' +
        '<a class="befit-cta" href="http://localhost:3000/lamps">See all</a></div>',
    );
  });

  test("show only what they have", () => {
    expect(drawn({ title: "Lamps", cta: "See all" }).outerHTML).toBe(
      '<div class="befit-banner"><strong class="befit-title">Lamps</strong></div>',
    );
  });

  test("are text, never markup", () => {
    const banner = drawn({
      title: "<img src=x onerror=alert(1)>",
      text: "<script>alert(1)</script>",
      cta: "<b>",
      url: "/",
    });
    expect(banner.querySelectorAll("img, script, b")).toHaveLength(0);
    expect(banner.textContent).toContain("<script>alert(1)</script>");
  });

  test("a type that nobody knows is not drawn", () => {
    expect(render(decisionOf("hero", "offer", { type: "hologram" }))).toBeUndefined();
  });
});

describe("addresses", () => {
  test.each(["/lamps", "lamps?q=1#top", "https://example.com/a", "http://example.com", "//example.com/a", "#top"])(
    "%s is safe",
    (url) => {
      expect(safeUrl(url)).toBe(new URL(url, document.baseURI).href);
    },
  );

  test.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://example.com/1",
    "http://[",
    "",
    undefined,
    null,
    0,
  ])("%j is not", (url) => {
    expect(safeUrl(url)).toBeUndefined();
  });
});

test("no source file writes markup or runs text, so that Trusted Types can be required", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(sources.length).toBeGreaterThan(20);
  for (const file of sources) {
    const code = readFileSync(`src/${file}`, "utf8");
    expect(code, file).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser/,
    );
  }
});
