// What a layer costs, counted from how its windows lie.

/** @typedef {import("./core.js").StageAxis} Axis */

/** Cells that all windows of a plane read. @param {readonly Axis[]} axes */
export const reads = (axes) => axes.map(({ lengths }) => lengths.reduce((sum, length) => sum + length, 0)).reduce((product, sum) => product * sum, 1);

const COMPARING = ["max", "min", "median", "rank", "top-k"];
const count = (/** @type {number} */ number) => number.toLocaleString("en");

/**
 * @param {import("./layers.js").Layer} layer
 * @param {readonly Axis[] | null} axes
 * @param {[number, number, number]} shape  of the result
 */
export function factsOf({ kind, options }, axes, [planes, height, width]) {
  const cells = planes * height * width;
  const bytes = 4 * cells;
  if (kind === "filter") return { parameters: 9, operations: `${count(9 * cells)} multiply-adds`, bytes };
  if (kind === "relu") return { parameters: 0, operations: `${count(cells)} comparisons`, bytes };
  if (kind === "unpool" || !axes) {
    const linear = options.way === "bilinear";
    return { parameters: 0, operations: linear ? `${count(4 * cells)} multiply-adds` : "copies only", bytes };
  }
  const { method, filterSize } = options;
  if (method === "subsample") return { parameters: 0, operations: `${count(cells)} cells copied`, bytes };
  if (method === "max-blur" || method === "average-blur") {
    const first = method === "max-blur" ? "maxima" : "means";
    return { parameters: 0, operations: `${first} at every position, then ${count(cells * filterSize ** 2)} multiply-adds`, bytes };
  }
  const read = planes * reads(axes);
  const gate = method === "gated" ? options.weights.length : 0;
  const what = COMPARING.includes(method) ? "cells compared" : "cells added up";
  return { parameters: gate, operations: `${count(read)} ${what}`, bytes };
}

/** @param {number} bytes */
export function bytesText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
