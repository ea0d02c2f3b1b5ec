// The layer in other frameworks' words: asks the core for its lines and for what they mean elsewhere, and sets the layer by a line.
import { startOptions } from "./layers.js";
import { chosen, nothing, subject, whileOpen, words } from "./panels.js";
import { ask } from "./run.js";
import { adjust, page } from "./state.js";

/** @typedef {import("./core.js").DialectName} DialectName */
/** @typedef {{ dialect: DialectName, refusal?: string, differences?: import("./core.js").DialectDifferences }} Carried */
/**
 * @typedef {object} Dialects
 * @property {readonly import("./core.js").DialectLine[]} lines
 * @property {DialectName} from  whose line is carried over word by word
 * @property {readonly Carried[]} carried
 * @property {DialectName | null} to  whose differing cells are drawn
 * @property {import("./panel-jobs.js").Picture | null} output  of the layer, where it is small enough to be drawn
 * @property {{ text: string, wrong: boolean } | null} pasted  what became of a pasted line
 * @property {string} error
 */

/** @param {Partial<Dialects>} patch */
export const setDialects = (patch) => page.set({ dialects: { ...page.value.dialects, ...patch } });

/** @param {import("./state.js").Playground} state */
async function answer(state) {
  const about = subject(state);
  const { version } = state;
  const { from } = state.dialects;
  if (!about) return setDialects({ lines: [], carried: [], error: nothing(state, "Add a pooling layer to see its code.", "Its code shows once it runs.") });
  try {
    const found = await ask("dialects", "dialects", { stage: about.stage, plane: about.plane, from });
    if (!found || page.value.version !== version) return;
    const differing = found.carried.flatMap((/** @type {Carried} */ { dialect, differences }) => ((differences?.count ?? 0) > 0 ? [dialect] : []));
    const { to } = page.value.dialects;
    setDialects({ ...found, to: differing.includes(to) ? to : (differing[0] ?? null), error: "" });
  } catch (reason) {
    setDialects({ lines: [], carried: [], error: words(reason) });
  }
}

/** Whose line is carried over. @param {DialectName} from */
export function carryFrom(from) {
  setDialects({ from });
  answer(page.value);
}

/** Sets the layer that a line describes. @param {string} line */
export async function paste(line) {
  // A layer that is refused can be set too.
  const about = chosen(page.value.stack, page.value.selected);
  if (!about) return setDialects({ pasted: { text: "Add a pooling layer first: the line sets it.", wrong: true } });
  if (line.trim() === "") return setDialects({ pasted: { text: "Paste a line of code first.", wrong: true } });
  try {
    const read = await ask("line", "line", { stage: about.stage, line: line.trim() });
    if (!read) return setDialects({ pasted: { text: "Not set: a layer before this one has not run.", wrong: true } });
    // Where its words would mean something else is asked of the dialect it came from.
    setDialects({ from: read.dialect, to: null, pasted: { text: `Set: ${read.dialect}’s line is the layer now.`, wrong: false } });
    adjust(about.layer.id, ofCore(read.options));
    page.set({ selected: about.layer.id });
  } catch (reason) {
    setDialects({ pasted: { text: `Not set: ${words(reason)}.`, wrong: true } });
  }
}

/** The layer's options of the core's: those that it leaves out as they start. @param {import("../core.js").PoolOptions} options @returns {import("./layers.js").Options} */
function ofCore({ global, fractional, ...given }) {
  const windows = global ? "global" : fractional ? "fractional" : given.outputSize ? "adaptive" : "sliding";
  return { ...startOptions("pool"), ...given, windows, ...(fractional ? { sequence: fractional } : {}) };
}

export const startDialects = () => whileOpen("code", [], answer);
