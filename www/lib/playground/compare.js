// Up to four methods over the same windows: their maps, how they differ from the first, numbers, and curves over shifts.
import { startOptions } from "./layers.js";
import { nothing, onMoving, subject, whileOpen, words } from "./panels.js";
import { ask } from "./run.js";
import { page } from "./state.js";

/** @typedef {"nearest" | "bilinear" | "average"} Way  back up to the input's size */
/** @typedef {{ pooled: import("./panel-jobs.js").Picture, difference: import("./panel-jobs.js").Picture | null, mean: number, min: number, max: number, energyKept: number, psnr: number, bytes: number }} Compared */
/** @typedef {{ error: string } | Compared} Column */
/**
 * @typedef {object} Compare
 * @property {readonly string[]} methods  the first is what the others are held against
 * @property {Way} way
 * @property {{ columns: readonly Column[], scale: [low: number, high: number], limit: number, whole: boolean, corner: { row: number, column: number }, size: { height: number, width: number } } | null} result
 * @property {readonly (readonly number[] | null)[]} curves  by method: the change at each shift
 * @property {string} error
 */

/** How far the map is shifted, to either side. */
export const FARTHEST = 8;

/** @param {Partial<Compare>} patch */
export const setCompare = (patch) => page.set({ compare: { ...page.value.compare, ...patch } });

let newest = 0;

async function answer() {
  const turn = ++newest;
  const about = subject(page.value);
  if (!about) return setCompare({ result: null, curves: [], error: nothing(page.value, "Add a pooling layer: methods are compared over its windows.", "Methods are compared once it runs.") });
  const { methods, way } = page.value.compare;
  const { stage, plane, layer } = about;
  // The layer's own parameters, and for what it has not set those that a new layer starts with.
  const layers = methods.map((method) => ({ ...startOptions("pool"), ...layer.options, method }));
  try {
    const around = page.value.viewport;
    const result = await ask("compare", "compare", { stage, plane, layers, way, around, map: page.value.input.kind === "photo" ? "gray" : "deep" });
    if (!result || turn !== newest) return;
    setCompare({ result, error: "" });
    /** @type {(readonly number[] | null)[]} */
    const curves = methods.map(() => null);
    for (const [at, options] of layers.entries()) {
      const curve = await ask("shift", "shift", { stage, plane, options, farthest: FARTHEST, around }).catch(() => null);
      if (turn !== newest) return;
      curves[at] = curve;
      setCompare({ curves: [...curves] });
    }
  } catch (reason) {
    if (turn === newest) setCompare({ result: null, curves: [], error: words(reason) });
  }
}

/** Another method in a column, or none; the first stays. @param {number} at @param {string | null} method */
export function choose(at, method) {
  const { methods } = page.value.compare;
  setCompare({ methods: method === null ? methods.toSpliced(at, 1) : methods.with(at, method), curves: [] });
  answer();
}

/** One more column. @param {string} method */
export function addMethod(method) {
  const { methods } = page.value.compare;
  if (methods.length < 4) setCompare({ methods: [...methods, method], curves: [] });
  answer();
}

/** @param {Way} way */
export function goUp(way) {
  setCompare({ way });
  answer();
}

export function startCompare() {
  whileOpen("compare", [], answer);
  onMoving("compare", ({ compare: { result } }) => result !== null && !result.whole, answer);
}
