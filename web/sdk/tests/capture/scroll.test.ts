import { expect, onTestFinished, test } from "vitest";
import { watchScroll } from "../../src/capture/scroll";

function page(height: number): { to(y: number): void; depth: ReturnType<typeof watchScroll> } {
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const root = document.documentElement;
  Object.defineProperty(root, "scrollHeight", { configurable: true, value: height });
  Object.defineProperty(window, "innerHeight", { configurable: true, value: 500 });
  const to = (y: number) => {
    Object.defineProperty(window, "scrollY", { configurable: true, value: y });
    dispatchEvent(new Event("scroll"));
  };
  to(0);
  return { to, depth: watchScroll(closing.signal) };
}

test("the depth is how much of the page has been seen, the screenful at the top included", () => {
  expect(page(2_000).depth()).toBe(25);
});

test("scrolling back up does not make it less", () => {
  const { to, depth } = page(2_000);
  to(1_000);
  to(100);
  expect(depth()).toBe(75);
});

test("it never exceeds 100, whatever the browser's elastic edges say", () => {
  const { to, depth } = page(2_000);
  to(1_700);
  expect(depth()).toBe(100);
});

test("a page without height counts as unseen", () => {
  const { to, depth } = page(0);
  to(0);
  expect([0, 100]).toContain(depth());
});

test("a new page view starts from what is on screen then", () => {
  const { to, depth } = page(2_000);
  to(1_500);
  expect(depth()).toBe(100);
  depth(true);
  to(0);
  expect(depth()).toBe(25);
});
