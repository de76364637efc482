/** What drawings are made of: filled and stroked pieces on a 200 × 200 field, coloured by tone (styles/shop.css). */

import { svg } from "../dom";

/** `body` is the product's own colour, `dark` and `light` are shades of it, `ink` and `paper` belong to the shop. */
export type Tone = "body" | "dark" | "light" | "ink" | "paper";
export type Piece = () => SVGElement;
export type Shape = readonly Piece[];

export function fill(tone: Tone, d: string): Piece {
  return () => svg("path", { class: `tone-${tone}`, d });
}

export function line(tone: Tone, width: number, d: string): Piece {
  return () => svg("path", { class: `line-${tone}`, "stroke-width": width, d });
}

export function box(tone: Tone, x: number, y: number, width: number, height: number, rx = 0): Piece {
  return () => svg("rect", { class: `tone-${tone}`, x, y, width, height, rx });
}

export function disc(tone: Tone, cx: number, cy: number, rx: number, ry = rx): Piece {
  return () => svg("ellipse", { class: `tone-${tone}`, cx, cy, rx, ry });
}
