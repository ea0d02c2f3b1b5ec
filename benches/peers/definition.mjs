// Max, min and average as they are defined, for comparison: one axis after another in f64, every window walked.
import { size } from "../harness/data.mjs";
import { outputShape } from "../harness/layer.mjs";

const MERGES = {
  max: { start: -Infinity, merge: Math.max },
  min: { start: Infinity, merge: Math.min },
  average: { start: 0, merge: (/** @type {number} */ a, /** @type {number} */ b) => a + b },
};

/**
 * @param {import("../harness/layer.mjs").Layer} layer its method max, min or average
 * @param {Float32Array} x
 */
export function define(layer, x) {
  const { start, merge } = MERGES[/** @type {keyof typeof MERGES} */ (layer.method)];
  const reduced = alongAxes(layer, Float64Array.from(x), start, merge);
  if (layer.method !== "average") return Float32Array.from(reduced);
  if (layer.countIncludePad ?? true) {
    const cells = size(layer.kernelSize);
    return Float32Array.from(reduced, (sum) => sum / cells);
  }
  const counts = alongAxes(layer, new Float64Array(x.length).fill(1), start, merge);
  return Float32Array.from(reduced, (sum, at) => sum / counts[at]);
}

/**
 * @param {import("../harness/layer.mjs").Layer} layer
 * @param {Float64Array} x
 * @param {number} start
 * @param {(a: number, b: number) => number} merge
 */
function alongAxes(layer, x, start, merge) {
  const [from, to] = [[...layer.shape], outputShape(layer)];
  let cells = x;
  for (let axis = layer.kernelSize.length - 1; axis >= 0; axis--) {
    const [outer, inner] = [size(from.slice(0, axis + 2)), size(from.slice(axis + 3))];
    const window = {
      kernel: layer.kernelSize[axis],
      stride: layer.stride[axis],
      before: layer.padding[axis][0],
      dilation: layer.dilation[axis],
    };
    cells = alongOne(cells, { outer, inner, extent: from[axis + 2], output: to[axis + 2] }, window, start, merge);
    from[axis + 2] = to[axis + 2];
  }
  return cells;
}

/**
 * @param {Float64Array} x
 * @param {{ outer: number, inner: number, extent: number, output: number }} axis
 * @param {{ kernel: number, stride: number, before: number, dilation: number }} window
 * @param {number} start
 * @param {(a: number, b: number) => number} merge
 */
function alongOne(x, { outer, inner, extent, output }, { kernel, stride, before, dilation }, start, merge) {
  const y = new Float64Array(outer * output * inner).fill(start);
  for (let block = 0; block < outer; block++) {
    for (let place = 0; place < output; place++) {
      const to = (block * output + place) * inner;
      for (let tap = 0; tap < kernel; tap++) {
        const row = place * stride - before + tap * dilation;
        if (row < 0 || row >= extent) continue;
        const from = (block * extent + row) * inner;
        for (let cell = 0; cell < inner; cell++) y[to + cell] = merge(y[to + cell], x[from + cell]);
      }
    }
  }
  return y;
}
