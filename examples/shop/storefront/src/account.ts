/** The account in the header: sign in with any name (a demo setting of the site), or become somebody new. */

import { h } from "./dom";
import type { Visitor } from "./visitor";

/** Fills `place`, and again whenever the visitor changes. `renew` makes a new visitor. */
export function account(place: HTMLElement, visitor: Visitor, renew: () => void): void {
  const render = () => {
    const known = visitor.userId;
    const label = h("summary", { class: "account-button", "data-testid": "account" }, known ?? "Sign in");
    const menu = h("details", { class: "account-menu" }, label);
    menu.append(h("div", { class: "account-card" }, ...(known ? signedIn(known, renew) : signedOut(visitor, renew))));
    closeByKeyboardAndElsewhere(menu);
    place.replaceChildren(menu);
  };
  visitor.follow(render);
  render();
}

function signedOut(visitor: Visitor, renew: () => void): HTMLElement[] {
  const input = h("input", {
    id: "user-id",
    name: "user",
    required: true,
    maxlength: 100,
    autocomplete: "username",
    placeholder: "kim",
    "data-testid": "user-id",
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const userId = input.value.trim();
    if (userId) visitor.signIn(userId);
  };
  return [
    h(
      "form",
      { onsubmit: submit },
      h("label", { for: "user-id" }, "Your name"),
      input,
      h("button", { type: "submit", class: "button button-small", "data-testid": "sign-in" }, "Sign in"),
    ),
    h("p", { class: "quiet" }, "No password in this demo. The same name in another browser is the same visitor."),
    newVisitor(renew),
  ];
}

function signedIn(userId: string, renew: () => void): HTMLElement[] {
  return [h("p", {}, "Signed in as ", h("strong", { "data-testid": "signed-in" }, userId)), newVisitor(renew)];
}

function newVisitor(renew: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "link", "data-testid": "new-visitor", onclick: renew },
    "Start over as a new visitor",
  );
}

function closeByKeyboardAndElsewhere(menu: HTMLDetailsElement): void {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
}
