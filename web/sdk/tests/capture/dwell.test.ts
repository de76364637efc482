import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDwell } from "../../src/capture/dwell";
import { hide } from "../browser";
import { clientOf, serverOf } from "../page";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A dwell whose pings are kept with the visible time told so far. */
function dwellOf() {
  const pings: number[] = [];
  const dwell = createDwell((visible) => pings.push(visible));
  const total = () => pings.reduce((sum, visible) => sum + visible, 0);
  return { dwell, pings, total };
}

describe("visible time", () => {
  test("is told every 5 s in the first minute, then every 15 s", () => {
    const { dwell, pings } = dwellOf();
    dwell.show();
    vi.advanceTimersByTime(120_000);
    expect(pings).toEqual([...Array(12).fill(5_000), ...Array(4).fill(15_000)]);
  });

  test.each([30_000, 120_000])("%d ms falls on a ping, so that a threshold there is crossed at once", (mark) => {
    const { dwell, total } = dwellOf();
    dwell.show();
    vi.advanceTimersByTime(mark - 1);
    expect(total()).toBeLessThan(mark);
    vi.advanceTimersByTime(1);
    expect(total()).toBe(mark);
  });

  test("does not grow while the page is hidden, and the marks wait", () => {
    const { dwell, pings, total } = dwellOf();
    dwell.show();
    vi.advanceTimersByTime(7_000);
    dwell.hide();
    expect(pings).toEqual([5_000, 2_000]);
    vi.advanceTimersByTime(600_000);
    dwell.show();
    vi.advanceTimersByTime(2_999);
    expect(total()).toBe(7_000);
    vi.advanceTimersByTime(1);
    expect(total()).toBe(10_000);
  });

  test("timers that fire early do not tell a mark short of itself", () => {
    const { dwell, pings } = dwellOf();
    let early = 0.7;
    const clock = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => clock() - early);
    dwell.show();
    early = 1.2;
    vi.advanceTimersByTime(30_010);
    expect(pings.slice(0, 6)).toEqual(Array(6).fill(5_000));
  });

  test("a computer that slept was not looked at", () => {
    const { dwell, total } = dwellOf();
    dwell.show();
    vi.advanceTimersByTime(1_000);
    const clock = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => clock() + 3_600_000);
    vi.advanceTimersByTime(10_000);
    expect(total()).toBeLessThanOrEqual(20_000);
  });

  test("showing and hiding twice changes nothing", () => {
    const { dwell, pings } = dwellOf();
    dwell.show();
    vi.advanceTimersByTime(1_000);
    dwell.show();
    vi.advanceTimersByTime(1_000);
    dwell.hide();
    dwell.hide();
    expect(pings).toEqual([2_000]);
  });
});

describe("a new page view", () => {
  test("closes the old one's time and starts from zero", () => {
    const { dwell, pings } = dwellOf();
    const turn = vi.fn(() => expect(pings).toEqual([3_000]));
    dwell.show();
    vi.advanceTimersByTime(3_000);
    dwell.restart(turn);
    vi.advanceTimersByTime(5_000);
    expect(turn).toHaveBeenCalledOnce();
    expect(pings).toEqual([3_000, 5_000]);
  });

  test("in a hidden page stays silent until it shows", () => {
    const { dwell, pings } = dwellOf();
    dwell.restart(() => {});
    vi.advanceTimersByTime(10_000);
    expect(pings).toEqual([]);
    dwell.show();
    vi.advanceTimersByTime(5_000);
    expect(pings).toEqual([5_000]);
  });
});

describe("page pings", () => {
  test("carry the visible time, the scroll depth and the page they are of", async () => {
    const server = await serverOf();
    const befit = clientOf(server);
    befit.page("One");
    vi.advanceTimersByTime(5_000);
    history.pushState(null, "", "/two");
    vi.advanceTimersByTime(1_000);
    befit.page("Two");
    await befit.flush();
    const [one, first, last, two] = server.events;
    expect([first.properties.visible_ms, last.properties.visible_ms]).toEqual([5_000, 1_000]);
    expect(first.properties.scroll).toEqual(expect.any(Number));
    expect([first.context, last.context].map(({ viewId, page }) => [viewId, page.path])).toEqual([
      [one.context.viewId, "/"],
      [one.context.viewId, "/"],
    ]);
    expect(two.context.page.path).toBe("/two");
  });

  test("the last one leaves by beacon when the page hides, and a hidden page sends none", async () => {
    const server = await serverOf();
    const beacon = vi.spyOn(navigator, "sendBeacon").mockReturnValue(true);
    const befit = clientOf(server);
    befit.page();
    await befit.flush();
    vi.advanceTimersByTime(3_000);
    hide(true);
    expect(beacon).toHaveBeenCalledOnce();
    expect(beacon.mock.calls[0]?.[1]).toContain('"visible_ms":3000');
    vi.advanceTimersByTime(60_000);
    await befit.flush();
    expect(server.named("Page Ping")).toEqual([]);
  });
});
