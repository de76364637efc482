import { expect, test } from "vitest";
import { clientOf, serverOf } from "../page";
import { decisionOf } from "../server";

/** The elements of a small page, by id. */
function draw(html: string): (id: string) => HTMLElement {
  document.body.append(document.createRange().createContextualFragment(html));
  return (id) => document.getElementById(id)!;
}

test("a click on a marked element, or inside it, is its event with its properties", async () => {
  const server = await serverOf();
  const befit = clientOf(server);
  const page = draw(`
    <button data-befit-track="Product Clicked" data-befit-prop-product-id="7" data-befit-prop-category="lamps" data-other="x">
      <span id="inside">Buy</span>
    </button>`);
  page("inside").click();
  await befit.flush();
  expect(server.named("Product Clicked")[0].properties).toEqual({ product_id: "7", category: "lamps" });
});

test("other clicks are none of befit's business", async () => {
  const server = await serverOf();
  const befit = clientOf(server);
  draw(`<button id="plain">Buy</button>`)("plain").click();
  document.dispatchEvent(new MouseEvent("click"));
  await befit.flush();
  expect(server.events).toEqual([]);
});

test("a page that stops propagation still counts", async () => {
  const server = await serverOf();
  const befit = clientOf(server);
  const page = draw(`<button id="button" data-befit-track="Clicked">Buy</button>`);
  page("button").addEventListener("click", (event) => event.stopPropagation());
  page("button").click();
  await befit.flush();
  expect(server.named("Clicked")).toHaveLength(1);
});

test.each([
  ["link", "#lamps"],
  ["button", "Add to cart"],
  ["text", "p"],
])("a click on a module's %s is the module's, with what was clicked", async (id, target) => {
  const server = await serverOf();
  const befit = clientOf(server);
  const page = draw(`
    <div id="module">
      <a href="#lamps"><b id="link">All lamps</b></a>
      <button id="button"> Add to cart </button>
      <p id="text">Until Sunday only</p>
    </div>`);
  befit.observe(page("module"), decisionOf("hero", "offer"));
  page(id).click();
  await befit.flush();
  expect(server.named("Module Clicked")[0].properties).toEqual({
    slot: "hero",
    module: "offer",
    variant: "default",
    decisionId: "hero-offer",
    target,
  });
});

test("after close, clicks count no more", async () => {
  const server = await serverOf();
  const befit = clientOf(server);
  const page = draw(`<button id="button" data-befit-track="Clicked">Buy</button>`);
  befit.close();
  page("button").click();
  await befit.flush();
  expect(server.named("Clicked")).toEqual([]);
});
