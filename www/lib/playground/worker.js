// Owns a core and keeps the numbers of every stage. The page asks it to run the stack, for views of stages and about cells.
import init, { colorize, colorMap, pool, poolGeometry } from "../core.js";
import { serve } from "../serve.js";
import { factsOf } from "./facts.js";
import { poolOptions } from "./layers.js";
import { coloured, ofMatrix, ofPicture, planeOf, spread, taken } from "./maps.js";

/** @typedef {import("./maps.js").Planes} Planes */
/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {{ planes: Planes, layer: string, stage: Stage }} Kept  `layer`: the layer that made it, as JSON */

/** @type {Kept[]} */
let kept = [];

/** @param {Planes} planes @returns {Stage["extents"]} */
function extentsOf(planes) {
  const [count, height, width] = planes.shape;
  const shape = [1, 1, height, width];
  return Array.from({ length: count }, (_, plane) => {
    const cells = planeOf(planes, plane);
    const most = pool(cells, { shape, method: "max", global: true }).data[0];
    return /** @type {const} */ ([pool(cells, { shape, method: "min", global: true }).data[0], most]);
  });
}

/** @param {import("./state.js").Input} input @returns {Planes} */
function planesOf(input) {
  if (input.kind === "matrix") return ofMatrix(input.planes);
  if (input.kind === "photo") return ofPicture(input.image);
  if (input.kind === "maps") return { data: input.data, shape: input.shape };
  throw new Error("there are no patterns yet");
}

/** What a layer makes of planes. @param {Layer} layer @param {Planes} planes @returns {{ planes: Planes, axes: Stage["axes"] }} */
function made({ kind, options }, { data, shape }) {
  if (kind !== "pool") throw new Error(`there is no ${kind} yet`);
  const layer = { ...poolOptions(options), shape: [1, ...shape] };
  const { data: result, shape: [, ...after] } = pool(data, layer);
  return { planes: { data: result, shape: /** @type {Planes["shape"]} */ (after) }, axes: poolGeometry(layer).axes };
}

/**
 * Runs the stack; what is in front of the first change stays.
 * @param {{ input: import("./state.js").Input | null, stack: readonly Layer[] }} options  no input: the one before
 * @returns {{ stages: Stage[], trouble: import("./state.js").Trouble | null }}
 */
function run({ input, stack }) {
  if (input) {
    kept = [];
    const planes = planesOf(input);
    const facts = { parameters: 0, operations: "", bytes: 4 * planes.data.length };
    kept = [{ planes, layer: "", stage: { shape: planes.shape, extents: extentsOf(planes), axes: null, facts } }];
  }
  for (const [at, layer] of stack.entries()) {
    const written = JSON.stringify([layer.kind, layer.options]);
    if (kept[at + 1]?.layer === written) continue;
    kept.length = at + 1;
    try {
      const { planes, axes } = made(layer, kept[at].planes);
      kept.push({ planes, layer: written, stage: { shape: planes.shape, extents: extentsOf(planes), axes, facts: factsOf(layer, axes, planes.shape) } });
    } catch (reason) {
      const { message, parameter = "" } = /** @type {Error & { parameter?: string }} */ (reason);
      return { stages: kept.map(({ stage }) => stage), trouble: { layer: layer.id, parameter, message } };
    }
  }
  kept.length = stack.length + 1;
  return { stages: kept.map(({ stage }) => stage), trouble: null };
}

/** How many cells along each axis a view averages for one of its pixels, at most. */
const SAMPLES = 3;

/**
 * A piece of a stage as a picture: a pixel for each cell, or means where there are more cells than pixels.
 * @param {{ stage: number, rect: import("./maps.js").Rect, width: number, height: number, plane: number | "all", map: import("../core.js").ColorMap, low: number, high: number, numbers: boolean }} options
 */
function look({ stage, rect, width, height, plane, map, low, high, numbers }) {
  const { planes } = kept[stage] ?? {};
  if (!planes) return null;
  const fine = rect.width <= width && rect.height <= height;
  const rows = spread(rect.top, rect.height, fine ? rect.height : SAMPLES * height);
  const columns = spread(rect.left, rect.width, fine ? rect.width : SAMPLES * width);
  const [tall, wide] = [Math.min(rows.length, height), Math.min(columns.length, width)];
  const seen = (plane === "all" ? [0, 1, 2] : [plane]).map((plane) => {
    const cells = taken(planes, plane, rows, columns);
    if (fine) return cells;
    return pool(cells, { shape: [1, 1, rows.length, columns.length], method: "average", outputSize: [tall, wide] }).data;
  });
  const image = plane === "all" ? coloured(seen, wide, tall, low, high) : colorize(seen[0], wide, tall, { map, min: low, max: high });
  return { image, rect, values: numbers && fine ? seen : null };
}

/** The 256 colours of a map. @param {{ map: import("../core.js").ColorMap }} options */
const palette = ({ map }) => colorMap(map);

serve(init, { run, look, palette });
