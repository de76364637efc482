/** Type tests: `tsc` fails when one of the marked lines compiles. Nothing here runs. */

import { createBefit } from "../src/index";

interface Banner {
  title: string;
  url?: string;
}
interface Slots {
  hero: Banner;
  recommendations: { items: { id: string }[] };
}

const befit = createBefit<Slots>({ writeKey: "key" });

befit.subscribe("hero", ({ slot, props }) => {
  const name: "hero" = slot;
  const title: string = props.title;
  // @ts-expect-error a banner has no items
  props.items;
  return [name, title];
});
befit.subscribe("recommendations", ({ props }) => props.items.map(({ id }) => id.toUpperCase()));
// @ts-expect-error no such slot
befit.subscribe("herro", () => {});
// @ts-expect-error no such slot
befit.decision("sidebar");
// @ts-expect-error may be undefined
befit.decision("hero").props;
// @ts-expect-error a title is a string
const wrong: number = befit.decision("hero")?.props.title;

befit.define<Banner>("banner", ({ title }, decision) => document.createTextNode(title + decision.props.url));
// @ts-expect-error a renderer gives a node
befit.define<Banner>("banner", ({ title }) => title);
// @ts-expect-error a banner has no price
befit.define<Banner>("banner", ({ price }) => document.createTextNode(price));

befit.page();
befit.page("Home", { type: "home" });
befit.page({ type: "home" });
// @ts-expect-error properties come once
befit.page({ type: "home" }, {});
// @ts-expect-error an event has a name
befit.track();
// @ts-expect-error the write key is needed
createBefit({ host: "https://befit.example" });
// @ts-expect-error no such transport
createBefit({ writeKey: "key", transports: ["carrier-pigeon"] });
// @ts-expect-error the status is read-only
befit.status = "sse";

// A site without types of its own: any slot, any props.
const loose = createBefit({ writeKey: "key" });
loose.subscribe("anything", ({ props }) => props.whatever);

export { wrong };
