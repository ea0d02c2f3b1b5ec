// What the worker does for the panels. Of a large map they look at a part: a panel must not keep the stack waiting.
import { poolOptions } from "./layers.js";
import { spread, taken } from "./maps.js";

/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./making.js").Made & { layer: import("./layers.js").Layer | null }} Kept */
/** @typedef {{ image: ImageData, values: Float32Array | null, height: number, width: number }} Picture  `values` where they are few enough to be read */
/** @typedef {{ x: Float32Array, height: number, width: number, whole: boolean, corner: { row: number, column: number } }} Part */
/** @typedef {Pick<import("./state.js").Viewport, "x" | "y">} Around  the middle of what is seen, as parts of the map */

/** The most cells a side of what a panel looks at. */
const MOST = 384;
/** Numbers are handed over up to so many. */
const NUMBERS = 4096;

/** The part of a map that a panel looks at: all of it, or a square in the middle of what is seen. @param {Kept} stage @param {number} plane @param {Around} around @returns {Part} */
export function partOf({ maps, shape }, plane, { x: across, y: down }, most = MOST) {
  const [planes, height, width] = shape;
  const [tall, wide] = [Math.min(height, most), Math.min(width, most)];
  const within = (/** @type {number} */ middle, /** @type {number} */ of, /** @type {number} */ cells) => Math.max(0, Math.min(of - cells, Math.round(middle * of - cells / 2)));
  const [top, left] = [within(down, height, tall), within(across, width, wide)];
  const x = taken(maps.view(), shape, Math.min(plane, planes - 1), spread(top, tall, tall), spread(left, wide, wide));
  return { x, height: tall, width: wide, whole: tall === height && wide === width, corner: { row: top, column: left } };
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
