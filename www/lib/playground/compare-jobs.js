// What the worker does for the panel that compares methods.
import { poolOptions } from "./layers.js";
import { diverging, middle, pictured, pooling } from "./panel-jobs.js";

/** @typedef {import("./panel-jobs.js").Kept} Kept */
/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./layers.js").Options} Options */

/** Curves over shifts are of this many cells a side, from the middle. */
const OF_SHIFTS = 160;

/**
 * @param {Core} core @param {readonly Kept[]} kept
 * @param {{ stage: number, plane: number, layers: readonly Options[], way: import("./compare.js").Way, map: "gray" | "deep" }} asked
 */
export function compare(core, kept, { stage, plane, layers, way, map: colours }) {
  const { before } = pooling(kept, stage);
  const map = middle(before, plane);
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
  return { columns, scale: [maps.min, maps.max], limit: scale.max, whole: map.whole };
}

/** How far a layer is from moving along, at every shift across. @param {Core} core @param {readonly Kept[]} kept @param {{ stage: number, plane: number, options: Options, farthest: number }} asked */
export function shift(core, kept, { stage, plane, options, farthest }) {
  const { before } = pooling(kept, stage);
  const map = middle(before, plane, OF_SHIFTS);
  const layer = { ...poolOptions(options), shape: [1, 1, map.height, map.width] };
  return Array.from({ length: 2 * farthest + 1 }, (_, at) => core.shiftChange(map.x, layer, { shift: [0, at - farthest] }));
}
