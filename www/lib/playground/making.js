// How the worker makes a stage: the input's numbers, and what each kind of layer does to them. The core computes.
import { filterWeights, poolOptions } from "./layers.js";
import { planesOfPicture } from "./maps.js";

/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./core.js").PatternName} PatternName */
/** @typedef {[planes: number, height: number, width: number]} Shape */
/** @typedef {{ maps: import("./core.js").FeatureMaps, shape: Shape, axes: import("../core.js").AxisGeometry[] | null, indices?: Int32Array }} Made */
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

/** Maps of fewer cells are pooled at once. */
const LARGE = 1_000_000;

/**
 * A large map pooled at every n-th window only, as many as a picture of this width shows: the same windows, since a stride n
 * times as large begins them at the same cells. Null where there is no such way, or no need.
 * @param {Core} core @param {Layer} layer @param {Made} before @param {number} width
 * @returns {{ sample: Made, whole: Made, every: number } | null}
 */
export function sampled(core, { kind, options }, { maps, shape }, width) {
  // A random method draws by a window's number, which would be another one.
  if (kind !== "pool" || options.windows !== "sliding" || options.method === "stochastic" || shape[1] * shape[2] < LARGE) return null;
  const layer = { ...poolOptions(options), shape: [1, ...shape] };
  try {
    const { axes, shape: after } = core.poolGeometry(layer);
    const every = Math.floor(after[3] / width);
    if (every < 2) return null;
    const strides = /** @type {number[]} */ (Array.isArray(options.stride) ? options.stride : [options.stride, options.stride]);
    const sparse = new core.PoolLayer({ ...layer, ceilMode: false, stride: strides.map((stride) => stride * every) });
    const sample = { maps: sparse.run(maps), shape: /** @type {Shape} */ (sparse.outputShape.slice(1)), axes };
    sparse.free();
    return { sample, whole: { ...sample, shape: /** @type {Shape} */ (after.slice(1)) }, every };
  } catch {
    return null; // the whole layer's refusal says why
  }
}

/** A filter's window as pooling has it: what figures ask is where it lies. */
const NINE = /** @type {const} */ ({ method: "average", kernelSize: 3, stride: 1, padding: 1 });

/** What a layer makes of the last of the stages. @param {Core} core @param {Layer} layer @param {readonly (Made & { layer: Layer | null })[]} stages @returns {Made} */
export function made(core, { kind, options }, stages) {
  const { maps, shape } = stages[stages.length - 1];
  const whole = { shape: [1, ...shape] };
  if (kind === "pool") {
    const layer = { ...poolOptions(options), ...whole };
    const prepared = new core.PoolLayer(layer);
    const after = /** @type {Shape} */ (prepared.outputShape.slice(1));
    const made = { maps: prepared.run(maps), shape: after, axes: core.poolGeometry(layer).axes };
    prepared.free();
    return made;
  }
  if (kind === "filter") {
    const { data } = core.filter(maps, { ...whole, kernel: [...filterWeights(options)], border: options.border });
    return { ...held(core, data, shape), axes: core.poolGeometry({ ...NINE, ...whole }).axes };
  }
  if (kind === "relu") return held(core, core.relu(maps, whole).data, shape);
  return up(core, options, stages);
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

/** The least and the greatest value of each plane. @param {Core} core @param {Made} made @returns {import("./state.js").Stage["extents"]} */
export function extentsOf(core, { maps, shape }) {
  const ends = /** @type {const} */ (["min", "max"]).map((method) => {
    const layer = new core.PoolLayer({ method, global: true, shape: [1, ...shape] });
    const found = layer.run(maps);
    const values = found.read();
    found.free();
    layer.free();
    return values;
  });
  const cells = shape[1] * shape[2];
  return Array.from(ends[0], (least, plane) => {
    const most = ends[1][plane];
    if (Number.isFinite(least) && Number.isFinite(most)) return /** @type {const} */ ([least, most]);
    // A NaN wins over every number, and an infinity over every finite one; colours are for the finite.
    const { min, max } = core.statistics(maps.read().subarray(plane * cells, (plane + 1) * cells));
    return /** @type {const} */ ([min, max]);
  });
}
