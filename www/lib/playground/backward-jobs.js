// What the worker does for the panel of gradients.
import { diverging, partOf, pictured, pooling } from "./panel-jobs.js";

/** @typedef {import("./panel-jobs.js").Kept} Kept */
/** @typedef {typeof import("./core.js")} Core */
/** @typedef {{ stage: number, plane: number, gradient: Float32Array | null, around: import("./panel-jobs.js").Around }} Asked */

/** The layer over the plane, and a gradient that fits its output. @param {Core} core @param {readonly Kept[]} kept @param {Asked} asked */
function ready(core, kept, { stage, plane, gradient, around }) {
  const { before, options } = pooling(kept, stage);
  const map = partOf(before, plane, around);
  const layer = { ...options, shape: [1, 1, map.height, map.width] };
  const [, , height, width] = core.poolGeometry(layer).shape;
  const fits = gradient?.length === height * width;
  return { map, layer, height, width, gradient: fits && gradient ? gradient : new Float32Array(height * width).fill(1) };
}

/** Where a gradient at the output goes. @param {Core} core @param {readonly Kept[]} kept @param {Asked} asked @returns {import("./backward.js").Flow} */
export function backward(core, kept, asked) {
  const { map, layer, height, width, gradient } = ready(core, kept, asked);
  const { data } = core.poolBackward(map.x, gradient, layer);
  const scales = [diverging(core, [gradient]), diverging(core, [data])];
  // The place of the largest: what pooling picks is the core's to say, global max pooling's index.
  const { indices } = core.pool(data, { shape: layer.shape, method: "max", global: true, returnIndices: true });
  const flat = indices?.[0] ?? 0;
  return {
    output: pictured(core, gradient, height, width, scales[0]),
    input: pictured(core, data, map.height, map.width, scales[1]),
    limits: [scales[0].max, scales[1].max],
    whole: map.whole,
    corner: map.corner,
    most: { row: Math.floor(flat / map.width), column: flat % map.width },
  };
}

/** The slope at an input cell, measured. @param {Core} core @param {readonly Kept[]} kept @param {Asked & { cell: number[] }} asked */
export function slope(core, kept, asked) {
  const { map, layer, gradient } = ready(core, kept, asked);
  return core.measureSlope(map.x, gradient, layer, { cell: asked.cell });
}
