/** Drawings of clothes and what one carries. */

import { box, disc, fill, line, type Shape } from "./stroke";

const SHIRT = "M74 36l26 10 26-10 42 24-16 36-18-8v78H66V88l-18 8-16-36z";

export const FASHION: Record<string, Shape> = {
  shirt: [
    fill("body", SHIRT),
    fill("light", "M74 36l26 26-14 14-16-34zM126 36l-26 26 14 14 16-34z"),
    line("dark", 3, "M100 62v104"),
    disc("paper", 107, 84, 3),
    disc("paper", 107, 106, 3),
    disc("paper", 107, 128, 3),
    box("dark", 114, 84, 16, 3),
  ],
  sweater: [
    fill("body", "M72 36h56l26 18 18 88-22 6-14-50v70H64V98l-14 50-22-6 18-88z"),
    fill("dark", "M80 36c4 16 36 16 40 0z"),
    box("dark", 64, 158, 72, 10, 3),
    line("light", 5, "M66 96l11-10 12 10 11-10 11 10 12-10 11 10"),
    line("light", 5, "M66 112l11-10 12 10 11-10 11 10 12-10 11 10"),
  ],
  jacket: [
    fill("body", "M72 32h56l28 20 14 92-24 4-10-52v74H64V96l-10 52-24-4 14-92z"),
    fill("light", "M72 32l28 40-24 10-14-42zM128 32l-28 40 24 10 14-42z"),
    line("dark", 4, "M100 72v98"),
    line("dark", 4, "M74 128h16M110 128h16"),
    disc("paper", 108, 96, 3),
    disc("paper", 108, 116, 3),
  ],
  shoe: [
    fill("body", "M30 82c16 8 30 4 38-12l50 34c14 8 44 6 52 24v12H30z"),
    fill("light", "M148 114c12 3 20 7 22 14v12h-34c0-12 4-20 12-26z"),
    box("dark", 28, 136, 146, 15, 7),
    line("paper", 5, "M82 96l13-12M98 107l13-12M114 116l12-11"),
  ],
  backpack: [
    line("dark", 8, "M82 40v-6a18 18 0 0 1 36 0v6"),
    box("dark", 38, 96, 124, 58, 16),
    box("body", 52, 36, 96, 134, 30),
    box("light", 64, 104, 72, 50, 11),
    line("dark", 4, "M64 122h72M70 78h60"),
    box("dark", 94, 118, 12, 15, 3),
  ],
  cap: [
    fill("body", "M42 120a58 58 0 0 1 116 0z"),
    fill("dark", "M98 108c40-6 70 6 82 24-22 2-50-6-82-8z"),
    line("light", 4, "M100 62c-14 16-20 34-20 56"),
    disc("dark", 100, 61, 6),
  ],
  scarf: [
    fill("dark", "M82 78h34l12 90H92z"),
    line("dark", 4, "M96 168v12M107 168v12M118 168v12"),
    fill("body", "M44 62c30-28 82-28 112 0 6 34-6 46-56 46S38 96 44 62z"),
    fill("light", "M60 64c24-14 56-14 80 0-20 22-60 22-80 0z"),
    fill("body", "M66 96h34l-6 76H58z"),
    line("body", 4, "M62 172v12M74 172v12M86 172v12"),
  ],
};
