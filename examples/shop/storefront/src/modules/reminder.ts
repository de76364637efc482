/** The module types `message` and `reminder`: a discreet note with one thing to do, which the visitor can close. */

import { safeUrl } from "@befit/browser";
import { h } from "../dom";
import type { BannerProps } from "./banner";

export function reminder(props: BannerProps): HTMLElement {
  const href = safeUrl(props.url);
  const note = h("aside", { class: "note", role: "status", "data-testid": "reminder" });
  note.append(
    h("div", { class: "note-words" }, h("strong", {}, props.title), props.text && h("p", {}, props.text)),
    href && props.cta ? h("a", { class: "button button-small", href }, props.cta) : "",
    h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => note.remove() }, "×"),
  );
  return note;
}
