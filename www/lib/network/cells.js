// Which cell to look at, and where a cell lies. No arithmetic on values but comparing them.

/** @typedef {import("./state.js").Cell} Cell */

/**
 * The strongest cell after the last pooling layer that leaves places, or of the last layer where there is none.
 * @param {readonly { kind: string, shape: number[] }[]} plan
 * @param {readonly { data: Float32Array }[]} layers
 * @returns {Cell}
 */
export function strongest(plan, layers) {
  const last = plan.findLastIndex(({ kind, shape }) => kind === "pool" && shape.length === 3 && shape[1] * shape[2] > 1);
  return strongestOf(last < 0 ? plan.length - 1 : last, plan.at(last)?.shape ?? [1], layers.at(last)?.data ?? new Float32Array(1));
}

/**
 * The strongest cell of a layer.
 * @param {number} layer
 * @param {number[]} shape
 * @param {Float32Array} values
 * @returns {Cell}
 */
export function strongestOf(layer, shape, values) {
  const at = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
  return cellAt(layer, shape, at);
}

/** @param {number} layer @param {number[]} shape @param {number} at  flat @returns {Cell} */
export function cellAt(layer, shape, at) {
  const [height, width] = shape.length === 3 ? shape.slice(1) : [1, 1];
  return { layer, channel: Math.floor(at / (height * width)), row: Math.floor(at / width) % height, column: at % width };
}

/** A cell further on; of a list of numbers, the arrows go along it. @param {Cell} cell @param {[number, number, number]} move @param {{ shape: number[], channels: number, height: number, width: number }} layer @returns {Cell} */
export function moved(cell, [channel, row, column], layer) {
  const within = (/** @type {number} */ at, /** @type {number} */ extent) => Math.max(0, Math.min(extent - 1, at));
  if (layer.shape.length === 1) return { ...cell, channel: within(cell.channel + channel + row + column, layer.channels) };
  return { ...cell, channel: within(cell.channel + channel, layer.channels), row: within(cell.row + row, layer.height), column: within(cell.column + column, layer.width) };
}
