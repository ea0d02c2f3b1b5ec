// Owns a core and keeps the numbers of every stage. The page asks it to run the stack, for views of stages and about cells.
// A run works in slices, between which it answers whatever else is asked.
import init, * as core from "./core.js";
import { serve } from "../serve.js";
import { answerTo } from "./answering.js";
import { extentsOf, inputMaps, made } from "./making.js";
import { factsOf } from "./facts.js";
import { look } from "./looking.js";
import { panelJobs } from "./panel-work.js";
import { sampled } from "./sampling.js";

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {import("./making.js").Made & { written: string, layer: Layer | null, stage: Stage }} Kept  `written`: the layer that made it, as JSON */

/** @type {Kept[]} */
const kept = [];
/** Numbers stages, so that the page knows which it has pictures of. */
let serial = Math.floor(performance.timeOrigin); // a new worker goes on elsewhere
/** Counts what makes a run unwanted. */
let newest = 0;

/** Forgets all stages from a number on. @param {number} from */
function forget(from) {
  for (const { maps } of kept.splice(from)) maps.free();
}

/** @param {import("./making.js").Made} fresh @param {Stage["extents"]} extents @param {Layer | null} layer */
function keep(fresh, extents, layer, written = "") {
  const { shape, axes } = fresh;
  const facts = layer ? factsOf(layer, axes, shape) : { parameters: 0, operations: "", bytes: 4 * shape.reduce((product, extent) => product * extent, 1) };
  kept.push({ ...fresh, layer, written, stage: { shape, axes, facts, extents, serial: serial++ } });
}

/** @param {import("./state.js").Input | null} input */
function take(input) {
  if (!input) return;
  forget(0);
  const maps = inputMaps(core, input);
  keep(maps, extentsOf(core, maps), null);
}

const written = (/** @type {Layer} */ { kind, options }) => JSON.stringify([kind, options]);

/** A run that something newer took the place of. */
class Unwanted extends Error {}

const channel = new MessageChannel();
/** Messages that came meanwhile are heard first. @returns {Promise<void>} */
const others = () => new Promise((resolve) => {
  channel.port1.onmessage = () => resolve();
  channel.port2.postMessage(null);
});

/** How long a run goes on before it lets others have a turn, in milliseconds. */
const TURN = 12;

/**
 * Runs the stack; what is in front of the first change stays. Null where something newer came.
 * @param {{ input: import("./state.js").Input | null, stack: readonly Layer[] }} options  no input: the one before
 * @param {unknown} _held @param {(done: number) => void} report
 * @returns {Promise<{ stages: Stage[], trouble: import("./state.js").Trouble | null, milliseconds: number } | null>}
 */
async function run({ input, stack }, _held, report) {
  const mine = ++newest;
  const from = performance.now();
  const result = (/** @type {import("./state.js").Trouble | null} */ trouble) => ({ stages: kept.map(({ stage }) => stage), trouble, milliseconds: performance.now() - from });
  take(input);
  const first = stack.findIndex((layer, at) => kept[at + 1]?.written !== written(layer));
  let turned = from;
  for (const [at, layer] of stack.entries()) {
    if (kept[at + 1]?.written === written(layer)) continue;
    forget(at + 1);
    try {
      const fresh = await made(core, layer, kept, async (done) => {
        if (performance.now() - turned < TURN) return;
        report((at - first + done) / (stack.length - first));
        await others();
        if (mine !== newest) throw new Unwanted();
        turned = performance.now();
      });
      const { extents, ...maps } = fresh;
      keep(maps, extents, layer, written(layer));
    } catch (reason) {
      if (reason instanceof Unwanted) return null;
      const { message, parameter = "" } = /** @type {Error & { parameter?: string }} */ (reason);
      return result({ layer: layer.id, parameter, message });
    }
  }
  forget(stack.length + 1);
  return result(null);
}

/** What is known of stages by their first looks: as long as the layers are the same. */
const glimpsed = { of: "", stages: /** @type {Stage[]} */ ([]) };

/**
 * What the first changed layer will look like, or one so many layers behind it, if that is sooner to be had than all of it: the
 * stages up to it, and its picture. What is kept stays as it is.
 * @param {{ input: import("./state.js").Input | null, stack: readonly Layer[], behind?: number, peek?: boolean } & import("./sampling.js").Wanted} options  `peek`: a run goes on
 */
function preview({ input, stack, behind = 0, peek = false, ...wanted }) {
  if (!peek) newest++;
  take(input);
  const at = stack.findIndex((layer, at) => kept[at + 1]?.written !== written(layer));
  if (at < 0 || !kept[at] || at + behind >= stack.length) return null;
  const of = [kept[at].stage.serial, ...stack.map(written)].join();
  if (of !== glimpsed.of) Object.assign(glimpsed, { of, stages: [] });
  if (glimpsed.stages.length < behind) return null;
  try {
    const seen = sampled(core, stack.slice(at, at + behind + 1), kept.slice(0, at + 1), glimpsed.stages, wanted, serial++);
    if (seen) glimpsed.stages[behind] = seen.stages[seen.stages.length - 1];
    return seen;
  } catch {
    return null; // the whole layer's refusal says why
  }
}

/** The stages that the page has too: of the others it cannot ask anything. @param {readonly number[]} serials */
function known(serials) {
  const other = kept.findIndex(({ stage }, at) => stage.serial !== serials[at]);
  return other < 0 ? kept : kept.slice(0, other);
}

serve(init, {
  ...panelJobs(core, known),
  run,
  preview,
  stop: () => void newest++,
  look: ({ serials, ...options }) => {
    const stage = known(serials)[options.stage];
    return stage ? look(core, stage, options) : null;
  },
  answer: ({ serials, cell, planes }) => answerTo(core, known(serials), cell, planes),
  palette: ({ map }) => core.colorMap(map),
  npy: ({ bytes }) => core.readNpy(bytes),
});
