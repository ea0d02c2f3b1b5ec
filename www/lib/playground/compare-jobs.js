// What the worker does for the panel that compares methods.
import { poolOptions } from "./layers.js";
import { diverging, partOf, pictured, pooling } from "./panel-jobs.js";

/** @typedef {import("./panel-jobs.js").Kept} Kept */
/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./layers.js").Options} Options */

/** Curves over shifts are of this many cells a side, from the middle of what is seen. */
const OF_SHIFTS = 160;

/**
 * @param {Core} core @param {readonly Kept[]} kept
 * @param {{ stage: number, plane: number, layers: readonly Options[], way: import("./compare.js").Way, map: "gray" | "deep", around: import("./panel-jobs.js").Around }} asked
 */
export function compare(core, kept, { stage, plane, layers, way, around, map: colours }) {
  const { before } = pooling(kept, stage);
  const map = partOf(before, plane, around);
  const shape = [1, 1, map.height, map.width];
  const found = layers.map((options) => {
    const layer = poolOptions(options);
    try {
      const pooled = core.pool(map.x, { ...layer, shape });
      const how = { shape: pooled.shape, outputSize: shape.slice(2), way, ...(way === "average" ? { layer } : {}) };
      const up = core.unpool(pooled.data, /** @type {Parameters<Core["unpool"]>[1]} */ (how));
      const { mean, min, max } = core.statistics(pooled.data);
      const { psnr = NaN, energyKept = NaN } = core.statistics(up.data, map.x);
      return { pooled, numbers: { mean, min, max, psnr, energyKept, bytes: 4 * pooled.data.length } };
    } catch (reason) {
      return { error: /** @type {Error} */ (reason).message };
    }
  });
  const first = found[0];
  const differences = found.map((one, at) => (at > 0 && one.pooled && first.pooled?.data.length === one.pooled.data.length ? core.difference(one.pooled.data, first.pooled.data) : null));
  const scale = diverging(core, differences.filter((difference) => difference !== null));
  const numbers = found.flatMap(({ numbers }) => (numbers ? [numbers] : []));
  const [low, high] = [Math.min(...numbers.map(({ min }) => min)), Math.max(...numbers.map(({ max }) => max))];
  const maps = low < 0 ? { map: /** @type {const} */ ("tide"), min: -Math.max(-low, high), max: Math.max(-low, high) } : { map: colours, min: low, max: high };
  const columns = found.map(({ pooled, numbers, error }, at) => {
    if (!pooled || !numbers) return { error };
    const [tall, wide] = pooled.shape.slice(2);
    const difference = differences[at];
    return { ...numbers, pooled: pictured(core, pooled.data, tall, wide, maps), difference: difference && pictured(core, difference, tall, wide, scale) };
  });
  return { columns, scale: [maps.min, maps.max], limit: scale.max, whole: map.whole, corner: map.corner, size: { height: map.height, width: map.width } };
}

/** How far a layer is from moving along, at every shift across. @param {Core} core @param {readonly Kept[]} kept @param {{ stage: number, plane: number, options: Options, farthest: number, around: import("./panel-jobs.js").Around }} asked */
export function shift(core, kept, { stage, plane, options, farthest, around }) {
  const { before } = pooling(kept, stage);
  const map = partOf(before, plane, around, OF_SHIFTS);
  const layer = { ...poolOptions(options), shape: [1, 1, map.height, map.width] };
  return Array.from({ length: 2 * farthest + 1 }, (_, at) => core.shiftChange(map.x, layer, { shift: [0, at - farthest] }));
}
