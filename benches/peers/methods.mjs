// The slower methods as one writes them in JavaScript: windows without padding, each walked once or twice.
import { size } from "../harness/data.mjs";
import { outputShape } from "../harness/layer.mjs";

/** @typedef {(x: Float32Array, from: number, width: number, rows: number, columns: number) => number} Window what a window makes */

/** @type {Window} */
function l2(x, from, width, rows, columns) {
  let sum = 0;
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) sum += x[at] * x[at];
  }
  return Math.sqrt(sum);
}

/** @type {Window} */
function l3(x, from, width, rows, columns) {
  let sum = 0;
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) sum += Math.abs(x[at] * x[at] * x[at]);
  }
  return Math.cbrt(sum);
}

/** @type {Window} */
function soft(x, from, width, rows, columns) {
  let largest = -Infinity;
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) if (x[at] > largest) largest = x[at];
  }
  let [sum, weights] = [0, 0];
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) {
      const weight = Math.exp(x[at] - largest);
      weights += weight;
      sum += weight * x[at];
    }
  }
  return sum / weights;
}

/** By draws of JavaScript's own: it picks other cells than ours, as often. @type {Window} */
function stochastic(x, from, width, rows, columns) {
  let total = 0;
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) if (x[at] > 0) total += x[at];
  }
  let left = Math.random() * total;
  let picked = x[from];
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) {
      if (!(x[at] > 0)) continue;
      picked = x[at];
      left -= picked;
      if (left < 0) return picked;
    }
  }
  return picked;
}

const sorted = new Float32Array(1024);

/** By insertion into a list that is kept in order. @type {Window} */
function median(x, from, width, rows, columns) {
  let count = 0;
  for (let i = 0, line = from; i < rows; i++, line += width) {
    for (let at = line; at < line + columns; at++) {
      const value = x[at];
      let place = count++;
      for (; place > 0 && sorted[place - 1] > value; place--) sorted[place] = sorted[place - 1];
      sorted[place] = value;
    }
  }
  return sorted[(count - 1) >> 1];
}

const METHODS = { "lp 2": l2, "lp 3": l3, softpool: soft, stochastic, median };

/**
 * @param {keyof typeof METHODS} name
 * @param {import("../harness/layer.mjs").Layer} layer two spatial axes, no padding
 * @param {Float32Array} x
 */
export function written(name, layer, x) {
  const [output, { shape, kernelSize, stride }] = [outputShape(layer), layer];
  const y = new Float32Array(size(output));
  const run = walk(METHODS[name]);
  const [planes, height, width] = [shape[0] * shape[1], shape[2], shape[3]];
  const call = () => run(x, y, { planes, height, width, rows: output[2], columns: output[3], kernel: kernelSize[0], stride: stride[0] });
  return { call, result: () => y };
}

/**
 * A walk over all windows of its own for each method: one that methods share is one that the engine cannot inline into.
 * @param {Window} window
 * @returns {(x: Float32Array, y: Float32Array, extents: Record<string, number>) => void}
 */
function walk(window) {
  const body = `return function (x, y, { planes, height, width, rows, columns, kernel, stride }) {
    for (let plane = 0, to = 0; plane < planes; plane++) {
      for (let row = 0; row < rows; row++) {
        const line = (plane * height + row * stride) * width;
        for (let column = 0; column < columns; column++, to++) y[to] = window(x, line + column * stride, width, kernel, kernel);
      }
    }
  }`;
  return new Function("window", body)(window);
}
