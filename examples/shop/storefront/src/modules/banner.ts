/** The module type `banner`: a headline, a sentence and a link, beside drawings of what the link leads to. */

import { safeUrl } from "@befit/browser";
import { ALL, inCategory } from "../catalogue";
import { h } from "../dom";
import { draw } from "../shapes/draw";

export interface BannerProps {
  readonly title: string;
  readonly text?: string;
  readonly cta?: string;
  readonly url?: string;
  /** `calm`, `warm` or `bold` */
  readonly tone?: string;
}

const TONES = ["calm", "warm", "bold"];

export function banner(props: BannerProps): HTMLElement {
  const tone = TONES.find((name) => name === props.tone) ?? "calm";
  const href = safeUrl(props.url);
  return h(
    "section",
    { class: `banner banner-${tone}` },
    h(
      "div",
      { class: "banner-words" },
      h("h2", { class: "banner-title", "data-testid": "banner-title" }, props.title),
      props.text && h("p", { class: "banner-text" }, props.text),
      href && props.cta && h("a", { class: "button", href }, props.cta),
    ),
    h("div", { class: "banner-art", "aria-hidden": "true" }, ...drawings(href)),
  );
}

/** Three things: of the category that the link leads to, or one each of the first three categories. */
function drawings(href: string | undefined): SVGElement[] {
  const category = href?.match(/\/category\/([^/?#]+)/)?.[1];
  const own = category ? inCategory(category) : [];
  const shapes = new Map((own.length > 0 ? own : WELCOME).map((product) => [product.shape, product]));
  return [...shapes.values()].slice(0, 3).map((product) => draw(product.shape, product.color));
}

const WELCOME = ["lamp", "vase", "blanket"].flatMap((shape) => ALL.find((product) => product.shape === shape) ?? []);
