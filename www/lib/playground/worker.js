// Owns a core and keeps the numbers of every stage. The page asks it to run the stack, for views of stages and about cells.
import init, * as core from "./core.js";
import { serve } from "../serve.js";
import { answerTo } from "./answering.js";
import { extentsOf, inputMaps, made } from "./making.js";
import { factsOf } from "./facts.js";
import { look } from "./looking.js";

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {import("./making.js").Made & { written: string, layer: Layer | null, stage: Stage }} Kept  `written`: the layer that made it, as JSON */

/** @type {Kept[]} */
let kept = [];

/** Forgets all stages from a number on. @param {number} from */
function forget(from) {
  for (const { maps } of kept.splice(from)) maps.free();
}

/**
 * Runs the stack; what is in front of the first change stays.
 * @param {{ input: import("./state.js").Input | null, stack: readonly Layer[] }} options  no input: the one before
 * @returns {{ stages: Stage[], trouble: import("./state.js").Trouble | null, milliseconds: number }}
 */
function run({ input, stack }) {
  const from = performance.now();
  const keep = (/** @type {import("./making.js").Made} */ fresh, /** @type {Layer | null} */ layer, written = "") => {
    const { shape, axes } = fresh;
    const facts = layer ? factsOf(layer, axes, shape) : { parameters: 0, operations: "", bytes: 4 * shape.reduce((product, extent) => product * extent, 1) };
    kept.push({ ...fresh, layer, written, stage: { shape, axes, facts, extents: extentsOf(core, fresh) } });
  };
  const result = (/** @type {import("./state.js").Trouble | null} */ trouble) => ({ stages: kept.map(({ stage }) => stage), trouble, milliseconds: performance.now() - from });
  if (input) {
    forget(0);
    keep(inputMaps(core, input), null);
  }
  for (const [at, layer] of stack.entries()) {
    const written = JSON.stringify([layer.kind, layer.options]);
    if (kept[at + 1]?.written === written) continue;
    forget(at + 1);
    try {
      keep(made(core, layer, kept), layer, written);
    } catch (reason) {
      const { message, parameter = "" } = /** @type {Error & { parameter?: string }} */ (reason);
      return result({ layer: layer.id, parameter, message });
    }
  }
  forget(stack.length + 1);
  return result(null);
}

serve(init, {
  run,
  look: (options) => (kept[options.stage] ? look(core, kept[options.stage], options) : null),
  answer: ({ cell }) => answerTo(core, kept, cell),
  palette: ({ map }) => core.colorMap(map),
  npy: ({ bytes }) => core.readNpy(bytes),
});
