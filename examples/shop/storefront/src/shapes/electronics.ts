/** Drawings of electronics. */

import { box, disc, fill, line, type Shape } from "./stroke";

export const ELECTRONICS: Record<string, Shape> = {
  phone: [
    box("dark", 66, 28, 68, 140, 14),
    box("body", 62, 26, 68, 140, 14),
    box("light", 69, 36, 54, 120, 7),
    disc("dark", 96, 43, 4),
    line("paper", 4, "M80 132h32"),
  ],
  laptop: [
    box("body", 42, 48, 116, 82, 8),
    box("light", 50, 56, 100, 66, 3),
    fill("dark", "M28 134h144l-8 16a6 6 0 0 1-5 3H41a6 6 0 0 1-5-3z"),
    line("paper", 4, "M86 141h28"),
  ],
  headphones: [
    line("body", 13, "M50 122v-20a50 50 0 0 1 100 0v20"),
    box("dark", 36, 108, 28, 54, 13),
    box("dark", 136, 108, 28, 54, 13),
    box("light", 54, 112, 14, 46, 7),
    box("light", 132, 112, 14, 46, 7),
  ],
  speaker: [
    box("dark", 62, 28, 84, 144, 18),
    box("body", 56, 28, 84, 144, 18),
    disc("dark", 98, 122, 31),
    disc("light", 98, 122, 22),
    disc("dark", 98, 122, 8),
    disc("dark", 98, 64, 18),
    disc("light", 98, 64, 11),
  ],
  camera: [
    fill("dark", "M72 50h56l10 18H62z"),
    box("body", 32, 64, 136, 92, 13),
    box("light", 32, 84, 136, 14),
    disc("dark", 100, 112, 34),
    disc("paper", 100, 112, 25),
    disc("ink", 100, 112, 17),
    disc("light", 93, 105, 5),
    disc("paper", 148, 76, 5),
  ],
  watch: [
    fill("dark", "M78 26h44l6 40H72zM72 134h56l-6 40H78z"),
    box("body", 60, 58, 80, 84, 22),
    box("light", 69, 67, 62, 66, 15),
    line("ink", 5, "M100 82v20l14 10"),
    box("dark", 140, 88, 6, 22, 3),
  ],
  keyboard: [
    box("dark", 24, 74, 152, 70, 11),
    box("body", 24, 68, 152, 70, 11),
    ...[82, 98].flatMap((y) => [38, 55, 72, 89, 106, 123, 140].map((x) => box("light", x, y, 13, 11, 3))),
    box("light", 38, 114, 13, 11, 3),
    box("paper", 57, 114, 78, 11, 3),
    box("light", 140, 114, 13, 11, 3),
  ],
};
