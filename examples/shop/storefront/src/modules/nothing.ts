/** The module type `none`: a slot that stays empty. */

import { h } from "../dom";

export function nothing(): HTMLElement {
  return h("span", { hidden: true });
}
