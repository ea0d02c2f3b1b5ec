// What a layer makes of a large map, seen from afar or in part, before all of it is made: the same windows, fewer of them.
import { scaleOf } from "./colours.js";
import { factsOf, reads } from "./facts.js";
import { stageOptions } from "./layers.js";
import { pictured } from "./looking.js";

/** @typedef {import("./making.js").Made & { stage: import("./state.js").Stage }} Kept */
/** @typedef {import("./layers.js").Layer} Layer */
/**
 * What is to be seen.
 * @typedef {object} Wanted
 * @property {[top: number, left: number, bottom: number, right: number]} part  of the whole, from 0 to 1
 * @property {[rows: number, columns: number]} most  as many as the screen shows
 * @property {number} mostCells  the work
 * @property {boolean} numbers  whether cells are large enough for their numbers
 * @property {import("./state.js").Colours} colours
 * @property {boolean} photo
 */

/** A layer that reads fewer cells is sooner made whole. */
const LARGE = 3_000_000;

/**
 * The stage and its picture; null where all of it is made as soon. What a layer refuses, its whole refuses with a reason.
 * @param {typeof import("./core.js")} core @param {Layer} layer @param {readonly Kept[]} stages  up to the layer @param {Wanted} wanted @param {number} serial  of the stage
 */
export function sampled(core, layer, stages, { part, most, mostCells, numbers, colours, photo }, serial) {
  const { maps, shape } = stages[stages.length - 1];
  const how = stageOptions(layer, shape);
  if (!how) return null;
  const { axes } = core.stageGeometry(how);
  if (shape[0] * reads(axes) < LARGE) return null;
  const { data, shape: [, planes, tall, wide], outputShape, first, every, cells } = core.sampleStage(maps, how, { part, most, mostCells });
  const after = /** @type {import("./making.js").Shape} */ (outputShape.slice(1));
  const extents = Array.from({ length: planes }, (_, plane) => {
    const { min, max } = core.statistics(data.subarray(plane * tall * wide, (plane + 1) * tall * wide));
    return /** @type {const} */ ([min, max]);
  });
  const stage = { shape: after, axes: layer.kind === "relu" ? null : axes, facts: factsOf(layer, axes, after), extents, serial };
  const all = [...stages.map(({ stage }) => stage), stage];
  const scale = scaleOf({ input: /** @type {any} */ ({ kind: photo ? "photo" : "maps" }), stages: all, colours }, stages.length);
  const seen = pictured(core, data, [planes, tall, wide], { ...scale, numbers: numbers && every[0] === 1 && every[1] === 1 });
  const [top, left] = [first[0] - (every[0] >> 1), first[1] - (every[1] >> 1)];
  // What a sampled cell stands for may go beyond the map's end.
  const rect = { top, left, height: Math.min(after[1] - top, tall * every[0]), width: Math.min(after[2] - left, wide * every[1]) };
  const coarse = tall * 1.5 < Math.min(most[0], (part[2] - part[0]) * after[1]);
  return { at: stages.length, stages: all, look: { ...seen, rect }, cells, coarse };
}
