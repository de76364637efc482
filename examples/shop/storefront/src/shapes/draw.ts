/** Draws a product: its shape, tinted with its colour. A shape without a drawing becomes a neat parcel. */

import { svg } from "../dom";
import { ELECTRONICS } from "./electronics";
import { FASHION } from "./fashion";
import { HOME } from "./home";
import { BOOKS, SPORTS, TOYS } from "./leisure";
import { box, disc, fill, line, type Shape } from "./stroke";

const PARCEL: Shape = [
  fill("dark", "M100 34l66 30v76l-66 30z"),
  fill("body", "M100 34L34 64v76l66 30z"),
  fill("light", "M100 34l66 30-66 30-66-30z"),
  line("paper", 5, "M67 49l66 30v30"),
  box("paper", 48, 112, 24, 4, 2),
];

const SHAPES = new Map(Object.entries({ ...ELECTRONICS, ...FASHION, ...HOME, ...SPORTS, ...BOOKS, ...TOYS }));

/** A drawing as an SVG element. It repeats what the text beside it says, so screen readers skip it. */
export function draw(shape: string, color: string): SVGElement {
  const pieces = SHAPES.get(shape) ?? PARCEL;
  const drawing = svg("svg", { class: "drawing", viewBox: "0 0 200 200", "aria-hidden": "true", focusable: "false" });
  tint(drawing, color);
  drawing.append(disc("ink", 100, 174, 62, 5)(), ...pieces.map((piece) => piece()));
  drawing.firstElementChild?.setAttribute("class", "ground");
  return drawing;
}

/** Gives an element, and what is in it, the colour of a product. */
export function tint(element: SVGElement | HTMLElement, color: string): void {
  if (CSS.supports("color", color)) element.style.setProperty("--tint", color);
}

export function isDrawn(shape: string): boolean {
  return SHAPES.has(shape);
}
