/** What the shop sells: the site folder's own collection, read at build time. */

import products from "../../site/collections/products.yaml";

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly brand: string;
  readonly color: string;
  readonly rating: number;
  readonly description: string;
  readonly shape: string;
}

export const ALL: readonly Product[] = products;

/** The categories, in the order in which the collection names them. */
export const CATEGORIES: readonly string[] = [...new Set(ALL.map((product) => product.category))];

const byIdentifier = new Map(ALL.map((product) => [product.id, product]));

export function product(id: string): Product | undefined {
  return byIdentifier.get(id);
}

export function inCategory(category: string): readonly Product[] {
  return ALL.filter((product) => product.category === category);
}

/** The last products of each category. */
export function newest(ofEach: number): readonly Product[] {
  return CATEGORIES.flatMap((category) => inCategory(category).slice(-ofEach));
}

/** The best rated products, best first. */
export function bestRated(limit: number, but?: string): readonly Product[] {
  return [...ALL]
    .filter((product) => product.id !== but)
    .sort((one, other) => other.rating - one.rating)
    .slice(0, limit);
}

/** Products that have every word of the query somewhere in their name, brand, category, colour or description. */
export function search(query: string, among: readonly Product[] = ALL): readonly Product[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return among.filter((product) => {
    const text = [product.name, product.brand, product.category, product.color, product.description]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** `electronics` -> `Electronics`. */
export function title(category: string): string {
  return category.charAt(0).toUpperCase() + category.slice(1);
}
