/** Drawings of things for the home. */

import { box, disc, fill, line, type Shape } from "./stroke";

export const HOME: Record<string, Shape> = {
  lamp: [
    line("dark", 7, "M100 96v66"),
    disc("dark", 100, 164, 34, 8),
    fill("body", "M76 34h48l28 68H48z"),
    fill("light", "M76 34h18l-12 68H48z"),
    line("dark", 3, "M124 102v18"),
    disc("dark", 124, 122, 4),
  ],
  chair: [
    line("dark", 7, "M62 120l-10 50M138 120l10 50M78 122v34M122 122v34"),
    box("body", 58, 32, 84, 68, 17),
    box("light", 68, 42, 64, 46, 11),
    line("dark", 7, "M72 98v18M128 98v18"),
    box("body", 48, 108, 104, 18, 8),
  ],
  vase: [
    line("dark", 4, "M92 72C88 54 78 44 66 36M104 72c0-22 4-34 14-46M98 72V34"),
    disc("dark", 64, 36, 9, 6),
    disc("light", 120, 26, 9),
    disc("dark", 98, 32, 7, 9),
    fill("body", "M80 70h40c-2 22 26 34 26 62 0 26-16 38-46 38s-46-12-46-38c0-28 28-40 26-62z"),
    fill("light", "M80 70h12c0 26-22 36-22 62 0 20 8 32 20 37-24-3-36-15-36-37 0-28 28-40 26-62z"),
  ],
  mug: [
    line("body", 13, "M136 88h10c26 0 26 44 0 44h-12"),
    box("body", 48, 62, 92, 102, 17),
    disc("dark", 94, 66, 44, 11),
    disc("ink", 94, 68, 36, 8),
    box("light", 60, 90, 12, 54, 6),
  ],
  kettle: [
    line("dark", 8, "M66 74c0-56 68-56 68 0"),
    fill("body", "M58 76h84l14 78a10 10 0 0 1-10 12H54a10 10 0 0 1-10-12z"),
    fill("body", "M144 100l34-18-6 20-24 20z"),
    disc("dark", 100, 74, 44, 9),
    box("light", 62, 92, 11, 58, 5),
  ],
  plant: [
    fill("light", "M98 112C60 104 50 70 58 40c30 10 44 38 40 72z"),
    fill("dark", "M102 112c36-10 46-42 38-74-30 12-44 40-38 74z"),
    fill("light", "M100 112c-12-34-6-64 4-84 14 24 16 54-4 84z"),
    fill("body", "M62 108h76l-8 54a10 10 0 0 1-10 8H80a10 10 0 0 1-10-8z"),
    box("dark", 56, 102, 88, 17, 6),
  ],
  blanket: [
    box("dark", 34, 120, 132, 40, 18),
    box("body", 34, 84, 132, 42, 18),
    box("light", 34, 50, 132, 40, 18),
    line("dark", 4, "M140 50v40M150 52v36M140 84v42M150 86v38"),
  ],
};
