// What the worker does for the panels. Large maps are looked at in their middle: a panel must not keep the stack waiting.
import { poolOptions } from "./layers.js";
import { spread, taken } from "./maps.js";

/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./making.js").Made & { layer: import("./layers.js").Layer | null }} Kept */
/** @typedef {{ image: ImageData, values: Float32Array | null, height: number, width: number }} Picture  `values` where they are few enough to be read */
/** @typedef {{ x: Float32Array, height: number, width: number, whole: boolean }} Middle */

/** The most cells a side of what a panel looks at. */
const MOST = 384;
/** Numbers are handed over up to so many. */
const NUMBERS = 4096;

/** @param {Kept} stage @param {number} plane @returns {Middle} */
export function middle({ maps, shape }, plane, most = MOST) {
  const [planes, height, width] = shape;
  const [tall, wide] = [Math.min(height, most), Math.min(width, most)];
  const [top, left] = [(height - tall) >> 1, (width - wide) >> 1];
  const x = taken(maps.view(), shape, Math.min(plane, planes - 1), spread(top, tall, tall), spread(left, wide, wide));
  return { x, height: tall, width: wide, whole: tall === height && wide === width };
}

/** @param {Core} core @param {Float32Array} values @param {number} height @param {number} width @param {import("../core.js").ColorizeOptions} scale @returns {Picture} */
export const pictured = (core, values, height, width, scale) => ({ image: core.colorize(values, width, height, scale), values: values.length <= NUMBERS ? values : null, height, width });

/** A scale with 0 in its neutral middle, from the largest size of any of these numbers. @param {Core} core @param {readonly Float32Array[]} lists */
export function diverging(core, lists) {
  const ends = lists.map((list) => core.statistics(list)).map(({ min, max }) => Math.max(-min, max));
  const limit = Math.max(...ends);
  return { map: /** @type {const} */ ("tide"), min: -limit, max: limit };
}

/** The pooling layer that made a stage, the stage before, and that layer's options. @param {readonly Kept[]} kept @param {number} stage */
export function pooling(kept, stage) {
  const [before, made] = [kept[stage - 1], kept[stage]];
  if (!before || made?.layer?.kind !== "pool") throw new Error("there is no such pooling layer any more");
  return { before, made, options: poolOptions(made.layer.options) };
}
