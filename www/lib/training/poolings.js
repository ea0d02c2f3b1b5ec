// The poolings that can be trained under, in the order in which they are offered.

/** @typedef {import("../training.js").DigitsPooling} Pooling */

/** @type {readonly { word: Pooling, name: string, about: string }[]} */
export const POOLINGS = [
  { word: "max", name: "Max", about: "the largest of each 2 × 2 cells" },
  { word: "average", name: "Average", about: "their mean" },
  { word: "lp", name: "L2", about: "the root of the sum of their squares" },
  { word: "blur", name: "Blur", about: "a maximum, then a blur before every second cell is kept" },
  { word: "mixed", name: "Mixed", about: "half the maximum, half the mean" },
];

/** More curves than this cannot be told apart. */
export const MOST = 4;

/** @param {Pooling} word */
export const nameOf = (word) => POOLINGS.find((pooling) => pooling.word === word)?.name ?? word;
