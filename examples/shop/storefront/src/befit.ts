/** The shop's connection to befit: all that a site needs is a key, what its pages are about, and how its modules look. */

import { createBefit } from "@befit/browser";
import { pageProperties } from "./events";
import { banner } from "./modules/banner";
import { nothing } from "./modules/nothing";
import { productRow } from "./modules/products";
import { reminder } from "./modules/reminder";
import { routeOf } from "./router";

export const befit = createBefit({
  writeKey: "demo-write-key",
  page: () => pageProperties(routeOf(new URL(location.href))),
});

befit.define("banner", banner);
befit.define("products", productRow);
befit.define("carousel", productRow);
befit.define("message", reminder);
befit.define("reminder", reminder);
befit.define("empty", nothing);
befit.define("none", nothing);
