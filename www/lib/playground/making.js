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

/**
 * What a layer makes of the last of the stages, a slice at a time.
 * @param {Core} core @param {Layer} layer @param {readonly (Made & { layer: Layer | null })[]} stages
 * @param {(done: number) => Promise<void>} turn  lets others have theirs; throws where this is not wanted any more
 * @returns {Promise<Made & { extents: import("./state.js").Stage["extents"] }>}
 */
export async function made(core, layer, stages, turn) {
  const { maps, shape } = stages[stages.length - 1];
  const how = stageOptions(layer, shape);
  if (!how) {
    const fresh = up(core, layer.options, stages);
    return { ...fresh, extents: extentsOf(core, fresh) };
  }
  const { axes, shape: after } = core.stageGeometry(how);
  const maker = new core.StageMaker(maps, how);
  try {
    let rows = Math.max(1, Math.floor((FIRST_CELLS * after[2]) / Math.max(1, shape[0] * reads(axes))));
    for (let done = 0; done < 1; ) {
      const from = performance.now();
      done = maker.step(rows);
      rows = Math.max(1, Math.floor(rows * Math.min(4, SLICE / Math.max(1, performance.now() - from))));
      await turn(done);
    }
    const { extents } = maker;
    // What has no window has none to show.
    return { maps: maker.finish(), shape: /** @type {Shape} */ (after.slice(1)), axes: layer.kind === "relu" ? null : axes, extents: Array.from({ length: extents.length / 2 }, (_, plane) => /** @type {const} */ ([extents[2 * plane], extents[2 * plane + 1]])) };
  } finally {
    maker.free();
  }
}

/** The stage of the nearest pooling layer that made a map of the last one's size: values go back up by its windows. −1 for none. @param {readonly (Made & { layer: Layer | null })[]} stages */
export function poolingBefore(stages) {
  const size = String(stages[stages.length - 1].shape);
  return stages.findLastIndex(({ layer, shape }) => layer?.kind === "pool" && String(shape) === size);
}

/** @param {Core} core @param {import("./layers.js").Options} options @param {readonly (Made & { layer: Layer | null })[]} stages @returns {Made} */
function up(core, { way, scale }, stages) {
  const { maps, shape: [planes, height, width] } = stages[stages.length - 1];
  const shape = [1, planes, height, width];
  const back = (/** @type {number} */ tall, /** @type {number} */ wide, /** @type {object} */ how) => {
    const { data } = core.unpool(maps.read(), /** @type {any} */ ({ shape, outputSize: [tall, wide], way, ...how }));
    return held(core, data, [planes, tall, wide]);
  };
  if (way === "nearest" || way === "bilinear") return back(height * scale, width * scale, {});
  const at = poolingBefore(stages);
  const layer = stages[at]?.layer;
  if (!layer) throw new Error(`${way}-unpooling puts values back by a pooling layer before it; none made a map of ${height} × ${width}. Use nearest or bilinear, or put a pooling layer before it.`);
  const before = stages[at - 1];
  const pooling = poolOptions(layer.options);
  if (way === "average") return back(before.shape[1], before.shape[2], { layer: pooling });
  const { indices } = core.pool(before.maps.read(), { ...pooling, shape: [1, ...before.shape], returnIndices: true });
  return back(before.shape[1], before.shape[2], { indices });
}

/** The least and the greatest finite value of each plane. @param {Core} core @param {Made} made @returns {import("./state.js").Stage["extents"]} */
export function extentsOf(core, { maps, shape: [planes, height, width] }) {
  const cells = height * width;
  return Array.from({ length: planes }, (_, plane) => {
    const { min, max } = core.statistics(maps.view().slice(plane * cells, (plane + 1) * cells));
    return /** @type {const} */ ([min, max]);
  });
}
