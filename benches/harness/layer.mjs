// A pooling layer as `deep-end` takes it, and what follows from it for peers that are told each value.

/**
 * @typedef {object} Layer
 * @property {number[]} shape N, C and the spatial extents
 * @property {string} method
 * @property {number[]} kernelSize
 * @property {number[]} stride
 * @property {[number, number][]} padding
 * @property {number[]} dilation
 * @property {boolean} [countIncludePad]
 * @property {number} [normType]
 */

/**
 * @param {string} method
 * @param {number[]} shape
 * @param {number | number[]} kernel
 * @param {{ stride?: number | number[], padding?: number | (number | [number, number])[], dilation?: number | number[],
 *   countIncludePad?: boolean, normType?: number, seed?: number }} [more] stride: 1 if not given
 * @returns {Layer}
 */
export function layer(method, shape, kernel, { stride = 1, padding = 0, dilation = 1, ...more } = {}) {
  const each = (/** @type {any} */ value) => shape.slice(2).map((_, axis) => (Array.isArray(value) ? value[axis] : value));
  const sides = each(padding).map((side) => /** @type {[number, number]} */ (Array.isArray(side) ? side : [side, side]));
  return { shape, method, kernelSize: each(kernel), stride: each(stride), padding: sides, dilation: each(dilation), ...more };
}

/** The padding under which an odd window of stride 1 leaves the extents as they are. @param {number} kernel */
export const same = (kernel) => (kernel - 1) / 2;

/** @param {Layer} layer */
export function outputShape({ shape, kernelSize, stride, padding, dilation }) {
  const extents = kernelSize.map((kernel, axis) => {
    const room = shape[axis + 2] + padding[axis][0] + padding[axis][1] - dilation[axis] * (kernel - 1) - 1;
    return Math.floor(room / stride[axis]) + 1;
  });
  return [...shape.slice(0, 2), ...extents];
}
