// Pooling as one writes it by hand in JavaScript for typed arrays: no calls, no closures, no allocation in the loops.
import { size } from "../harness/data.mjs";
import { outputShape } from "../harness/layer.mjs";

/**
 * @param {import("../harness/layer.mjs").Layer} layer two spatial axes, max or average
 * @param {Float32Array} x
 */
export function javascript(layer, x) {
  const y = new Float32Array(size(outputShape(layer)));
  const [{ shape, kernelSize, stride, padding }, output] = [layer, outputShape(layer)];
  const pair = kernelSize.every((one) => one === 2) && stride.every((one) => one === 2) && padding.flat().every((one) => one === 0);
  const run = { max: pair ? maxOfPairs : max, average: pair ? averageOfPairs : average }[layer.method];
  if (!run) throw new Error(`${layer.method} is not written here`);
  const planes = shape[0] * shape[1];
  const window = { height: shape[2], width: shape[3], rows: output[2], columns: output[3] };
  const more = { kernel: kernelSize[0], stride: stride[0], padding: padding[0][0], counted: layer.countIncludePad ?? true };
  return { call: () => run(x, y, planes, { ...window, ...more }), result: () => y };
}

/**
 * @typedef {{ height: number, width: number, rows: number, columns: number, kernel: number, stride: number,
 *   padding: number, counted: boolean }} Extents
 */

/** @param {Float32Array} x @param {Float32Array} y @param {number} planes @param {Extents} extents */
function maxOfPairs(x, y, planes, { height, width, rows, columns }) {
  for (let plane = 0, to = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      let at = (plane * height + 2 * row) * width;
      for (let column = 0; column < columns; column++, at += 2, to++) {
        const [a, b, c, d] = [x[at], x[at + 1], x[at + width], x[at + width + 1]];
        const [upper, lower] = [a > b ? a : b, c > d ? c : d];
        y[to] = upper > lower ? upper : lower;
      }
    }
  }
}

/** @param {Float32Array} x @param {Float32Array} y @param {number} planes @param {Extents} extents */
function averageOfPairs(x, y, planes, { height, width, rows, columns }) {
  for (let plane = 0, to = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      let at = (plane * height + 2 * row) * width;
      for (let column = 0; column < columns; column++, at += 2, to++) {
        y[to] = (x[at] + x[at + 1] + x[at + width] + x[at + width + 1]) / 4;
      }
    }
  }
}

/** @param {Float32Array} x @param {Float32Array} y @param {number} planes @param {Extents} extents */
function max(x, y, planes, { height, width, rows, columns, kernel, stride, padding }) {
  for (let plane = 0, to = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = [Math.max(row * stride - padding, 0), Math.min(row * stride - padding + kernel, height)];
      for (let column = 0; column < columns; column++, to++) {
        const [left, right] = [Math.max(column * stride - padding, 0), Math.min(column * stride - padding + kernel, width)];
        let best = -Infinity;
        for (let i = top; i < bottom; i++) {
          const line = (plane * height + i) * width;
          for (let j = left; j < right; j++) if (x[line + j] > best) best = x[line + j];
        }
        y[to] = best;
      }
    }
  }
}

/** @param {Float32Array} x @param {Float32Array} y @param {number} planes @param {Extents} extents */
function average(x, y, planes, { height, width, rows, columns, kernel, stride, padding, counted }) {
  for (let plane = 0, to = 0; plane < planes; plane++) {
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = [Math.max(row * stride - padding, 0), Math.min(row * stride - padding + kernel, height)];
      for (let column = 0; column < columns; column++, to++) {
        const [left, right] = [Math.max(column * stride - padding, 0), Math.min(column * stride - padding + kernel, width)];
        let sum = 0;
        for (let i = top; i < bottom; i++) {
          const line = (plane * height + i) * width;
          for (let j = left; j < right; j++) sum += x[line + j];
        }
        y[to] = sum / (counted ? kernel * kernel : (bottom - top) * (right - left));
      }
    }
  }
}
