// What can be trained under, in the order in which they are offered.

/** @typedef {import("../training.js").DigitsPooling} Pooling */

/** `mark`: the path of its shape in charts, about the origin: colours alone do not tell it. @type {readonly { word: Pooling, name: string, about: string, mark: string }[]} */
export const POOLINGS = [
  { word: "max", name: "Max", about: "the largest of each 2 × 2 cells", mark: "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z" },
  { word: "average", name: "Average", about: "their mean", mark: "M-3-3H3V3H-3Z" },
  { word: "lp", name: "L2", about: "the root of the sum of their squares", mark: "M0-4L3.8 3H-3.8Z" },
  { word: "stochastic", name: "Stochastic", about: "one of the four, drawn by size in every training step; their weighted mean when it answers", mark: "M0-4.2L4.2 0L0 4.2L-4.2 0Z" },
  { word: "fractional", name: "Fractional", about: "the largest of overlapping regions, drawn anew in every training step", mark: "M0 4L3.8-3H-3.8Z" },
  { word: "blur", name: "Blur", about: "a maximum, then a blur before every second cell is kept", mark: "M-1.3-4H1.3V-1.3H4V1.3H1.3V4H-1.3V1.3H-4V-1.3H-1.3Z" },
  { word: "mixed", name: "Mixed", about: "half the maximum, half the mean", mark: "M-3.6-1.8L-1.8-3.6L0-1.8L1.8-3.6L3.6-1.8L1.8 0L3.6 1.8L1.8 3.6L0 1.8L-1.8 3.6L-3.6 1.8L-1.8 0Z" },
  { word: "strided", name: "Strided", about: "no pooling: the convolution before it moves by two cells", mark: "M0-4.5L1.2-1.5L4.3-1.4L1.9.6L2.7 3.6L0 1.9L-2.7 3.6L-1.9.6L-4.3-1.4L-1.2-1.5Z" },
  { word: "none", name: "None", about: "nothing is made smaller: the windows’ cells lie farther apart instead", mark: "M-4 0L-2-3.5H2L4 0L2 3.5H-2Z" },
];

/** More curves than this cannot be told apart. */
export const MOST = 4;

/** @param {Pooling} word */
export const poolingOf = (word) => POOLINGS.find((pooling) => pooling.word === word) ?? POOLINGS[0];
/** @param {Pooling} word */
export const nameOf = (word) => poolingOf(word).name;
