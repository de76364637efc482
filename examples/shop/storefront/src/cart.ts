/** The cart: plain functions over its lines, and a store that all tabs of the browser share. */

import { sum } from "./money";

export interface Line {
  readonly id: string;
  readonly quantity: number;
}
export type Lines = readonly Line[];

const MOST = 20;

/** One more of this product. */
export function add(lines: Lines, id: string): Lines {
  const present = lines.find((line) => line.id === id);
  return present ? setQuantity(lines, id, present.quantity + 1) : [...lines, { id, quantity: 1 }];
}

/** This many of a product; 0 removes it. A product that is not in the cart stays out of it. */
export function setQuantity(lines: Lines, id: string, quantity: number): Lines {
  const bounded = Math.min(MOST, Math.max(0, Math.trunc(quantity)));
  return lines.flatMap((line) => {
    if (line.id !== id) return [line];
    return bounded > 0 ? [{ id, quantity: bounded }] : [];
  });
}

export function count(lines: Lines): number {
  return lines.reduce((total, line) => total + line.quantity, 0);
}

/** What the lines cost together; a product without a price costs nothing. */
export function total(lines: Lines, priceOf: (id: string) => number | undefined): number {
  return sum(lines.map((line) => (priceOf(line.id) ?? 0) * line.quantity));
}

/** Reads stored lines; anything that is not a cart is an empty one. */
export function parse(text: string | null): Lines {
  try {
    const stored: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(stored) ? stored.filter(isLine) : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is Line {
  const line = value as Partial<Line> | null;
  return typeof line?.id === "string" && Number.isInteger(line.quantity) && Number(line.quantity) > 0;
}

type Listener = (lines: Lines) => void;

/** The cart of this browser, kept in `storage` and followed from every tab. */
export class Cart {
  static readonly KEY = "hylla.cart";
  private current: Lines;
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly storage: Storage,
    tabs: EventTarget,
  ) {
    this.current = parse(storage.getItem(Cart.KEY));
    tabs.addEventListener("storage", (event) => {
      const { key, newValue } = event as StorageEvent;
      if (key === Cart.KEY || key === null) this.take(parse(newValue));
    });
  }

  get lines(): Lines {
    return this.current;
  }

  /** Replaces the lines, in this tab and in the others. */
  set(lines: Lines): void {
    this.storage.setItem(Cart.KEY, JSON.stringify(lines));
    this.take(lines);
  }

  /** Calls back on every change; returns the way to stop. */
  follow(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private take(lines: Lines): void {
    this.current = lines;
    for (const listener of this.listeners) listener(lines);
  }
}
