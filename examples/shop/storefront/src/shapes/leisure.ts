/** Drawings of sports gear, books and toys. */

import { box, disc, fill, line, type Shape } from "./stroke";

export const SPORTS: Record<string, Shape> = {
  ball: [
    disc("dark", 103, 103, 66),
    disc("body", 100, 100, 66),
    fill("dark", "M100 72l26 19-10 31H84L74 91z"),
    line("dark", 5, "M100 72V35M126 91l37-11M116 122l22 30M84 122l-22 30M74 91L37 80"),
  ],
  racket: [
    line("dark", 13, "M118 118l36 44"),
    disc("body", 84, 78, 52, 56),
    disc("paper", 84, 78, 41, 45),
    line("light", 2, "M84 33v90M66 38v80M102 38v80M43 78h82M47 60h74M47 96h74"),
    disc("dark", 150, 54, 13),
  ],
  dumbbell: [
    box("dark", 58, 92, 84, 17, 5),
    box("body", 38, 60, 26, 80, 9),
    box("body", 136, 60, 26, 80, 9),
    box("light", 22, 76, 19, 48, 7),
    box("light", 159, 76, 19, 48, 7),
  ],
  bottle: [
    box("dark", 82, 24, 36, 24, 6),
    fill("body", "M80 50h40c0 16 16 18 16 38v68a14 14 0 0 1-14 14H78a14 14 0 0 1-14-14V88c0-20 16-22 16-38z"),
    box("light", 64, 98, 72, 44),
    line("dark", 4, "M80 112h40M80 126h26"),
  ],
  mat: [
    fill("light", "M60 140h116v22H60z"),
    disc("body", 60, 124, 38, 38),
    disc("dark", 60, 124, 26, 26),
    disc("light", 60, 124, 16, 16),
    disc("dark", 60, 124, 6, 6),
    line("body", 8, "M60 160h116"),
  ],
  tent: [
    fill("dark", "M100 40l78 120H100z"),
    fill("body", "M100 40l44 120H22z"),
    fill("ink", "M88 92l26 68H62z"),
    fill("light", "M88 92l-26 68h14z"),
    line("dark", 4, "M100 40V26M22 160l-8 8M178 160l8 8"),
  ],
};

export const BOOKS: Record<string, Shape> = {
  book: [
    fill("dark", "M66 24h70v120H66a16 16 0 0 0-16 16V40a16 16 0 0 1 16-16z"),
    fill("paper", "M66 146h78v22H66a11 11 0 0 1 0-22z"),
    fill("body", "M72 24h66a8 8 0 0 1 8 8v112H72z"),
    fill("dark", "M66 143h82v5H66a10 10 0 0 0 0 20h82v5H66a15 15 0 0 1 0-30z"),
    box("light", 86, 46, 46, 30, 3),
    line("light", 4, "M90 92h38M98 102h22"),
  ],
  map: [
    fill("body", "M34 54l44-18v112l-44 18z"),
    fill("light", "M78 36l44 18v112l-44-18z"),
    fill("body", "M122 54l44-18v112l-44 18z"),
    line("paper", 5, "M50 140c0-30 20-20 26-46M84 88c14-6 20 6 32 2"),
    fill("dark", "M144 66a18 18 0 0 1 18 18c0 12-18 30-18 30s-18-18-18-30a18 18 0 0 1 18-18z"),
    disc("paper", 144, 84, 7),
  ],
};

export const TOYS: Record<string, Shape> = {
  teddy: [
    disc("body", 66, 48, 18),
    disc("body", 134, 48, 18),
    disc("light", 66, 48, 9),
    disc("light", 134, 48, 9),
    disc("dark", 60, 158, 22, 16),
    disc("dark", 140, 158, 22, 16),
    disc("dark", 52, 122, 15, 22),
    disc("dark", 148, 122, 15, 22),
    disc("body", 100, 132, 46, 42),
    disc("light", 100, 136, 27, 26),
    disc("body", 100, 74, 46, 42),
    disc("light", 100, 88, 20, 15),
    disc("ink", 84, 68, 5),
    disc("ink", 116, 68, 5),
    disc("ink", 100, 82, 7, 5),
  ],
  blocks: [
    box("body", 36, 104, 60, 60, 6),
    box("dark", 104, 104, 60, 60, 6),
    box("light", 70, 38, 60, 60, 6),
    fill("paper", "M66 118l18 32H48z"),
    disc("paper", 134, 134, 15),
    box("paper", 86, 54, 28, 28, 3),
  ],
  car: [
    fill("light", "M64 72h56c10 0 22 16 28 32H46c4-16 8-32 18-32z"),
    box("ink", 94, 78, 4, 26),
    fill("body", "M22 112c0-8 4-12 12-12h120c16 0 24 10 24 24v14H22z"),
    box("dark", 22, 130, 156, 12, 5),
    disc("ink", 60, 140, 20),
    disc("paper", 60, 140, 9),
    disc("ink", 142, 140, 20),
    disc("paper", 142, 140, 9),
    disc("paper", 168, 116, 5),
  ],
  dice: [
    fill("light", "M100 30l60 30-60 30-60-30z"),
    fill("body", "M40 60l60 30v76l-60-32z"),
    fill("dark", "M160 60l-60 30v76l60-32z"),
    disc("ink", 100, 60, 9, 5),
    disc("paper", 58, 92, 6, 8),
    disc("paper", 70, 116, 6, 8),
    disc("paper", 82, 138, 6, 8),
    disc("paper", 118, 128, 6, 8),
    disc("paper", 142, 98, 6, 8),
  ],
  train: [
    fill("dark", "M50 36h28l-6 30H56z"),
    box("body", 38, 62, 84, 66, 12),
    box("dark", 104, 38, 60, 90, 7),
    box("light", 118, 52, 32, 30, 4),
    fill("dark", "M22 132h150v16H34z"),
    disc("ink", 62, 150, 18),
    disc("light", 62, 150, 8),
    disc("ink", 106, 150, 18),
    disc("light", 106, 150, 8),
    disc("ink", 148, 150, 18),
    disc("light", 148, 150, 8),
  ],
  puzzle: [
    fill("body", "M40 60h38c-8-26 30-26 22 0h40v38c26-8 26 30 0 22v44h-40c8-26-30-26-22 0H40z"),
    fill("dark", "M40 152h38v12H40zM100 152h40v12h-40z"),
  ],
  kite: [
    line("dark", 4, "M98 140c-10 16 14 20 2 38"),
    fill("body", "M100 22l46 56-46 66-46-66z"),
    fill("light", "M100 22l46 56h-46zM54 78h46v66z"),
    fill("dark", "M88 156l12 6-12 8zM112 156l-12 6 12 8z"),
  ],
};
