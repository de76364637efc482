/** Clicks that mean something: on elements marked with `data-befit-track`, and inside modules. */

import type { Decision, Props } from "../types";

const LONGEST_TARGET = 100;

/** `owner` gives the decision whose module holds an element. */
export function watchClicks(
  track: (event: string, properties: Props) => void,
  owner: (element: Element) => Decision<unknown> | undefined,
  signal: AbortSignal,
): void {
  function clicked(event: Event): void {
    const element = event.target as Element;
    if (!element.closest) return; // The document itself.
    const { dataset } = element.closest<HTMLElement>("[data-befit-track]") ?? {};
    if (dataset?.befitTrack) track(dataset.befitTrack, propertiesOf(dataset));
    const decision = owner(element);
    if (!decision) return;
    const { slot, module, variant, decisionId } = decision;
    track("Module Clicked", { slot, module, variant, decisionId, target: nameOf(element) });
  }
  // Capturing: clicks whose propagation the page stops count too.
  addEventListener("click", clicked, { capture: true, signal });
}

/** `data-befit-prop-product-id="7"` -> `{product_id: "7"}`. */
function propertiesOf(dataset: DOMStringMap): Props {
  const properties: Props = {};
  for (const name in dataset) {
    const property = name.replace(/[A-Z]/g, "_$&").toLowerCase().split("befit_prop_")[1];
    if (property) properties[property] = dataset[name];
  }
  return properties;
}

/** Where a link leads, else what the button says, else the kind of element. */
function nameOf(element: Element): string {
  const control = element.closest("a[href],button");
  return (control?.getAttribute("href") || control?.textContent?.trim() || element.localName).slice(0, LONGEST_TARGET);
}
