// Owns a core and keeps the numbers of every stage. The page asks it to run the stack, for views of stages and about cells.
import init, * as core from "./core.js";
import { serve } from "../serve.js";
import { answerTo } from "./answering.js";
import { scaleOf } from "./colours.js";
import { extentsOf, inputMaps, made, sampled } from "./making.js";
import { factsOf } from "./facts.js";
import { look } from "./looking.js";
import { panelJobs } from "./panel-work.js";

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {import("./making.js").Made & { written: string, layer: Layer | null, stage: Stage }} Kept  `written`: the layer that made it, as JSON */

/** @type {Kept[]} */
const kept = [];
/** Numbers stages, so that the page knows which it has pictures of. */
let serial = Math.floor(performance.timeOrigin); // a new worker goes on elsewhere

/** Forgets all stages from a number on. @param {number} from */
function forget(from) {
  for (const { maps } of kept.splice(from)) maps.free();
}

/** @param {import("./making.js").Made} fresh @param {Layer | null} layer @returns {Stage} */
function stageOf({ shape, axes }, layer, extents = /** @type {Stage["extents"]} */ ([])) {
  const facts = layer ? factsOf(layer, axes, shape) : { parameters: 0, operations: "", bytes: 4 * shape.reduce((product, extent) => product * extent, 1) };
  return { shape, axes, facts, extents, serial: serial++ };
}

/** @param {import("./making.js").Made} fresh @param {Layer | null} layer */
function keep(fresh, layer, written = "") {
  kept.push({ ...fresh, layer, written, stage: stageOf(fresh, layer, extentsOf(core, fresh)) });
}

/** @param {import("./state.js").Input | null} input */
function take(input) {
  if (!input) return;
  forget(0);
  keep(inputMaps(core, input), null);
}

const written = (/** @type {Layer} */ { kind, options }) => JSON.stringify([kind, options]);

/**
 * Runs the stack; what is in front of the first change stays.
 * @param {{ input: import("./state.js").Input | null, stack: readonly Layer[] }} options  no input: the one before
 * @returns {{ stages: Stage[], trouble: import("./state.js").Trouble | null, milliseconds: number }}
 */
function run({ input, stack }) {
  const from = performance.now();
  const result = (/** @type {import("./state.js").Trouble | null} */ trouble) => ({ stages: kept.map(({ stage }) => stage), trouble, milliseconds: performance.now() - from });
  take(input);
  for (const [at, layer] of stack.entries()) {
    if (kept[at + 1]?.written === written(layer)) continue;
    forget(at + 1);
    try {
      keep(made(core, layer, kept), layer, written(layer));
    } catch (reason) {
      const { message, parameter = "" } = /** @type {Error & { parameter?: string }} */ (reason);
      return result({ layer: layer.id, parameter, message });
    }
  }
  forget(stack.length + 1);
  return result(null);
}

/**
 * What the first changed layer will look like from afar, if that is sooner to be had than all of it: the stages up to it,
 * and its picture. What is kept stays as it is.
 * @param {{ input: import("./state.js").Input | null, stack: readonly Layer[], width: number, colours: import("./state.js").Colours, photo: boolean }} options
 */
function preview({ input, stack, width, colours, photo }) {
  take(input);
  const at = stack.findIndex((layer, at) => kept[at + 1]?.written !== written(layer));
  const found = at < 0 ? null : sampled(core, stack[at], kept[at], width);
  if (!found) return null;
  const { sample, whole, every } = found;
  const stages = [...kept.slice(0, at + 1).map(({ stage }) => stage), stageOf(whole, stack[at], extentsOf(core, sample))];
  const [, tall, wide] = sample.shape;
  const shown = { input: /** @type {any} */ ({ kind: photo ? "photo" : "maps" }), stages, colours };
  const seen = look(core, sample, { rect: { top: 0, left: 0, height: tall, width: wide }, width: wide, height: tall, ...scaleOf(shown, at + 1), numbers: false });
  sample.maps.free();
  return seen && { at: at + 1, stages, look: { ...seen, rect: { top: 0, left: 0, height: tall * every, width: wide * every } } };
}

serve(init, {
  ...panelJobs(core, kept),
  run,
  preview,
  look: (options) => (kept[options.stage] ? look(core, kept[options.stage], options) : null),
  answer: ({ cell }) => answerTo(core, kept, cell),
  palette: ({ map }) => core.colorMap(map),
  npy: ({ bytes }) => core.readNpy(bytes),
});
