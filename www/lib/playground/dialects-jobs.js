// What the worker does for the panel of frameworks' words.
import { diverging, partOf, pictured, pooling } from "./panel-jobs.js";

/** @typedef {import("./panel-jobs.js").Kept} Kept */
/** @typedef {typeof import("./core.js")} Core */

/** So many cells that differ are outlined where they are drawn; else a few are listed. */
const [MOST_CELLS, MOST_LISTED] = [4096, 64];

/** Where all is seen. */
const WHOLE = Object.freeze({ x: 0.5, y: 0.5 });
/** The most cells a side of an output on which they are outlined. */
const MOST_DRAWN = 64;

/** @type {readonly import("./core.js").DialectName[]} */
const NAMES = ["PyTorch", "ONNX", "Keras", "Flax"];

/** The layer's lines, and what that of one framework means in the others. @param {Core} core @param {readonly Kept[]} kept @param {{ stage: number, plane: number, from: import("./core.js").DialectName }} options */
export function dialects(core, kept, { stage, plane, from }) {
  const { before, made, options } = pooling(kept, stage);
  const shape = [1, ...before.shape];
  const lines = core.writeDialects({ ...options, shape });
  const written = lines.filter(({ source }) => source).map(({ dialect }) => dialect);
  // Where that framework has no words for the layer, the first that has.
  const home = written.includes(from) ? from : (NAMES.find((name) => written.includes(name)) ?? from);
  const line = lines.find(({ dialect }) => dialect === home)?.source;
  const [, height, width] = made.shape;
  const small = Math.max(height, width) <= MOST_DRAWN ? partOf(made, plane, WHOLE) : null;
  const { min = 0, max = 0 } = small ? core.statistics(small.x) : {};
  const output = small && pictured(core, small.x, height, width, min < 0 ? diverging(core, [small.x]) : { map: "deep", min, max });
  if (line === undefined) return { lines, from, carried: [], output };
  const carried = NAMES.filter((name) => name !== home).map((dialect) => {
    try {
      return { dialect, differences: core.dialectDifferences(line, { dialect, shape, most: small ? MOST_CELLS : MOST_LISTED }) };
    } catch (reason) {
      return { dialect, refusal: /** @type {Error} */ (reason).message };
    }
  });
  return { lines, from: home, carried, output };
}

/** The options that a line stands for. @param {Core} core @param {readonly Kept[]} kept @param {{ stage: number, line: string }} options */
export const line = (core, kept, { stage, line }) => core.readDialect(line, [1, ...kept[stage - 1].shape]);
