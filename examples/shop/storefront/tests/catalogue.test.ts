import { describe, expect, it } from "vitest";
import { ALL, bestRated, CATEGORIES, inCategory, newest, product, search } from "../src/catalogue";
import { isDrawn } from "../src/shapes/draw";

describe("the catalogue", () => {
  it("is the site's collection: about forty products in six categories, each with its own id", () => {
    expect(CATEGORIES).toHaveLength(6);
    expect(CATEGORIES).toContain("electronics");
    expect(ALL.length).toBeGreaterThanOrEqual(38);
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(ALL.length);
  });

  it("has a drawing for every product", () => {
    expect(ALL.filter(({ shape }) => !isDrawn(shape))).toEqual([]);
  });

  it("finds a product by words of its name, brand, category, colour or description, in any order and case", () => {
    const [first] = ALL;
    const words = `${first?.brand} ${first?.name.split(" ").at(-1)}`.toUpperCase();
    expect(search(words)).toContain(first);
    expect(search("no such thing anywhere")).toEqual([]);
    expect(search("  ")).toEqual([]);
  });

  it("names the best rated, without the one on the page", () => {
    const [best] = bestRated(1);
    expect(bestRated(5, best?.id)).not.toContain(best);
    const ratings = bestRated(5).map(({ rating }) => rating);
    expect(ratings).toEqual([...ratings].sort((one, other) => other - one));
  });

  it("takes as many new ones from each category", () => {
    const fresh = newest(2);
    for (const category of CATEGORIES) expect(fresh.filter((item) => item.category === category)).toHaveLength(2);
    expect(inCategory("electronics")).toContain(product(fresh[0]?.id ?? ""));
  });
});
