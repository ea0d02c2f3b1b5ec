// What a layer makes of a large map, seen from afar or in part, before all of it is made: the same windows, fewer of them.
import { scaleOf } from "./colours.js";
import { factsOf, reads } from "./facts.js";
import { pictured } from "./looking.js";
import { stageOf, windowsOf } from "./making.js";

/** @typedef {import("./making.js").Made & { layer: Layer | null, stage: import("./state.js").Stage }} Kept */
/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./core.js").StageKind} StageKind */
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
 * The last of these layers' stage and its picture, of the cells that it needs of the layers between; null where all of the first
 * is made as soon, or where what is between has to be made first. What a layer refuses, its whole refuses with a reason.
 * @param {typeof import("./core.js")} core @param {readonly Layer[]} layers @param {readonly Kept[]} stages  up to the first of them @param {readonly import("./state.js").Stage[]} known  what is known of the stages from there on @param {Wanted} wanted @param {number} serial  of the stage
 */
export function sampled(core, layers, stages, known, { part, most, mostCells, numbers, colours, photo }, serial) {
  const { maps, shape } = stages[stages.length - 1];
  /** @type {(import("./making.js").Before & { maps?: import("./core.js").FeatureMaps })[]} */
  const planned = [...stages];
  const [kinds, winners] = [/** @type {StageKind[]} */ ([]), /** @type {number[]} */ ([])];
  /** @type {readonly import("./core.js").StageAxis[]} */
  let axes = [];
  for (const layer of layers) {
    const { kind, pooled } = stageOf(layer, planned);
    const found = core.stageGeometry({ shape: [1, ...planned[planned.length - 1].shape], ...kind });
    axes = found.axes;
    planned.push({ layer, shape: /** @type {import("./making.js").Shape} */ (found.shape.slice(1)) });
    kinds.push(kind);
    if (pooled >= 0) winners.push(pooled);
    if (layers.length === 1 && shape[0] * (axes.length > 0 ? reads(axes) : found.shape[2] * found.shape[3]) < LARGE) return null;
  }
  const [pooled] = winners.map((at) => planned[at].maps);
  if (winners.length > (pooled ? 1 : 0)) return null;
  const [first, ...then] = kinds;
  const seen = core.sampleStage(maps, { shape: [1, ...shape], ...first }, { part, most, mostCells, then }, pooled);
  const { data, shape: [, planes, tall, wide], outputShape, first: corner, every, cells } = seen;
  const after = /** @type {import("./making.js").Shape} */ (outputShape.slice(1));
  const extents = Array.from({ length: planes }, (_, plane) => {
    const { min, max } = core.statistics(data.subarray(plane * tall * wide, (plane + 1) * tall * wide));
    return /** @type {const} */ ([min, max]);
  });
  const layer = layers[layers.length - 1];
  const stage = { shape: after, axes: windowsOf(layer, axes), facts: factsOf(layer, axes, after), extents, serial };
  const all = [...stages.map(({ stage }) => stage), ...known.slice(0, layers.length - 1), stage];
  const scale = scaleOf({ input: /** @type {any} */ ({ kind: photo ? "photo" : "maps" }), stages: [...all, ...known.slice(layers.length)], colours }, all.length - 1);
  const picture = pictured(core, data, [planes, tall, wide], { ...scale, numbers: numbers && every[0] === 1 && every[1] === 1 });
  const [top, left] = [corner[0] - (every[0] >> 1), corner[1] - (every[1] >> 1)];
  // What a sampled cell stands for may go beyond the map's end.
  const rect = { top, left, height: Math.min(after[1] - top, tall * every[0]), width: Math.min(after[2] - left, wide * every[1]) };
  const coarse = tall * 1.5 < Math.min(most[0], (part[2] - part[0]) * after[1]);
  return { at: stages.length, stages: all, look: { ...picture, rect }, cells, coarse, scale: JSON.stringify(scale) };
}
