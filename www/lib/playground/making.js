// How the worker makes a stage: the input's numbers, and what each kind of layer does to them. The core computes.
import { reads } from "./facts.js";
import { poolOptions, stageOptions } from "./layers.js";
import { planesOfPicture } from "./maps.js";

/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./core.js").PatternName} PatternName */
/** @typedef {[planes: number, height: number, width: number]} Shape */
/** @typedef {{ maps: import("./core.js").FeatureMaps, shape: Shape, axes: readonly import("./core.js").StageAxis[] | null }} Made */
/** @typedef {import("./layers.js").Layer} Layer */

/** @param {Core} core @param {Float32Array} data @param {Shape} shape @returns {Made} */
const held = (core, data, shape) => ({ maps: new core.FeatureMaps(data, [1, ...shape]), shape, axes: null });

/** @param {Core} core @param {import("./state.js").Input} input @returns {Made} */
export function inputMaps(core, input) {
  switch (input.kind) {
    case "matrix":
      return held(core, Float32Array.from(input.planes.flat(2)), [input.planes.length, input.planes[0].length, input.planes[0][0].length]);
    case "maps":
      return held(core, input.data, input.shape);
    case "photo":
      return held(core, planesOfPicture(input.image), [3, input.image.height, input.image.width]);
    case "pattern": {
      const { kind, name, ...how } = input;
      void kind;
      const made = core.pattern({ name: /** @type {PatternName} */ (name), ...how });
      return held(core, made.data, [1, input.height, input.width]);
    }
  }
}

/** A slice of work lasts about this long: then whoever has something newer has a turn. In milliseconds. */
const SLICE = 20;
/** So many cells are read in a first slice, whatever that may take. */
const FIRST_CELLS = 1_000_000;

/** @typedef {{ layer: Layer | null, shape: Shape }} Before  a stage, made or only planned */

/**
 * What a layer makes of the last of the stages, a slice at a time.
 * @param {Core} core @param {Layer} layer @param {readonly (Made & { layer: Layer | null })[]} stages
 * @param {(done: number) => Promise<void>} turn  lets others have theirs; throws where this is not wanted any more
 * @returns {Promise<Made & { extents: import("./state.js").Stage["extents"] }>}
 */
export async function made(core, layer, stages, turn) {
  const { maps, shape } = stages[stages.length - 1];
  const { kind, pooled } = stageOf(layer, stages);
  const how = { shape: [1, ...shape], ...kind };
  const { axes, shape: after } = core.stageGeometry(how);
  const maker = new core.StageMaker(maps, how, stages[pooled]?.maps);
  try {
    const all = after[2] * after[3];
    let cells = Math.max(1, Math.floor((FIRST_CELLS * all) / Math.max(1, shape[0] * (axes.length > 0 ? reads(axes) : all))));
    for (let done = 0; done < 1; ) {
      const from = performance.now();
      done = maker.step(cells);
      cells = Math.max(1, Math.floor(cells * Math.min(4, SLICE / Math.max(1, performance.now() - from))));
      await turn(done);
    }
    const { extents } = maker;
    return { maps: maker.finish(), shape: /** @type {Shape} */ (after.slice(1)), axes: windowsOf(layer, axes), extents: Array.from({ length: extents.length / 2 }, (_, plane) => /** @type {const} */ ([extents[2 * plane], extents[2 * plane + 1]])) };
  } finally {
    maker.free();
  }
}

/** What is shown of how a layer's windows lie: what has none, or one cell in each, has none to show. @param {Layer} layer @param {readonly import("./core.js").StageAxis[]} axes */
export const windowsOf = ({ kind }, axes) => (kind === "relu" || axes.length === 0 ? null : axes);

/** The stage of the nearest pooling layer that made a map of the last one's size: values go back up by its windows. −1 for none. @param {readonly Before[]} stages */
export function poolingBefore(stages) {
  const size = String(stages[stages.length - 1].shape);
  return stages.findLastIndex(({ layer, shape }) => layer?.kind === "pool" && String(shape) === size);
}

/** A layer after these stages as the core makes it, and the stage in which max-unpooling looks for winners; −1 for none. @param {Layer} layer @param {readonly Before[]} stages @returns {{ kind: import("./core.js").StageKind, pooled: number }} */
export function stageOf(layer, stages) {
  if (layer.kind !== "unpool") return { kind: stageOptions(layer), pooled: -1 };
  const { way, scale } = layer.options;
  const [, height, width] = stages[stages.length - 1].shape;
  if (way === "nearest" || way === "bilinear") return { kind: { up: { way, outputSize: [height * scale, width * scale] } }, pooled: -1 };
  const at = poolingBefore(stages);
  const pooling = stages[at]?.layer;
  if (!pooling) throw new Error(`${way}-unpooling puts values back by a pooling layer before it; none made a map of ${height} × ${width}. Use nearest or bilinear, or put a pooling layer before it.`);
  const [, tall, wide] = stages[at - 1].shape;
  return { kind: { up: { way, outputSize: [tall, wide], layer: poolOptions(pooling.options) } }, pooled: way === "max" ? at - 1 : -1 };
}

/** The least and the greatest finite value of each plane. @param {Core} core @param {Made} made @returns {import("./state.js").Stage["extents"]} */
export function extentsOf(core, { maps, shape: [planes, height, width] }) {
  const cells = height * width;
  return Array.from({ length: planes }, (_, plane) => {
    const { min, max } = core.statistics(maps.view().slice(plane * cells, (plane + 1) * cells));
    return /** @type {const} */ ([min, max]);
  });
}
