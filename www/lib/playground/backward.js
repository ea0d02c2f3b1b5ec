// The layer backward: a gradient painted at its output, where it goes, and a slope measured beside it.
import { BACKWARD } from "./panel-states.js";
import { nothing, onMoving, subject, whileOpen, words } from "./panels.js";
import { ask } from "./run.js";
import { changeGradient, page } from "./state.js";

/** @typedef {{ row: number, column: number }} Place */
/** @typedef {{ output: import("./panel-jobs.js").Picture, input: import("./panel-jobs.js").Picture, limits: [output: number, input: number], whole: boolean, corner: Place, most: Place }} Flow */
/**
 * @typedef {object} Backward
 * @property {Float32Array | null} gradient  by each output cell; null: all ones
 * @property {number} brush  what painting sets
 * @property {Place} at  the output cell with the cursor
 * @property {Place | null} cell  the input cell that is measured; null: the one with the largest gradient
 * @property {Flow | null} flow
 * @property {import("./core.js").MeasuredSlope | null} slope
 * @property {string} refused  why nothing is measured there
 * @property {string} error
 */

/** @param {Partial<Backward>} patch */
export const setBackward = (patch) => page.set({ backward: { ...page.value.backward, ...patch } });

let newest = 0;

async function answer() {
  const turn = ++newest;
  const about = subject(page.value);
  if (!about) return setBackward({ flow: null, slope: null, error: nothing(page.value, "Add a pooling layer to see its gradient.", "Its gradient shows once it runs.") });
  const { stage, plane } = about;
  const { gradient, cell } = page.value.backward;
  const around = page.value.viewport;
  try {
    /** @type {Flow | null} */
    const flow = await ask("backward", "backward", { stage, plane, gradient, around });
    if (!flow || turn !== newest) return;
    const inside = (/** @type {Place} */ { row, column }, /** @type {{ height: number, width: number }} */ { height, width }) => row < height && column < width;
    const fits = gradient === null || gradient.length === flow.output.height * flow.output.width;
    const at = inside(page.value.backward.at, flow.output) ? page.value.backward.at : BACKWARD.at;
    const kept = cell && inside(cell, flow.input) ? cell : null;
    const place = kept ?? flow.most;
    setBackward({ flow, at, cell: kept, gradient: fits ? gradient : null, error: "" });
    const slope = await ask("slope", "slope", { stage, plane, gradient: fits ? gradient : null, cell: [place.row, place.column], around });
    if (slope && turn === newest) setBackward({ slope, refused: "" });
  } catch (reason) {
    if (turn !== newest) return;
    const { flow } = page.value.backward;
    setBackward(flow ? { slope: null, refused: words(reason) } : { slope: null, error: words(reason) });
  }
}

/** Sets the gradient by one output cell. @param {Place} place @param {number} value */
export function paintGradient({ row, column }, value) {
  const { flow, gradient } = page.value.backward;
  if (!flow) return;
  const { height, width } = flow.output;
  const cells = gradient ? gradient.slice() : new Float32Array(height * width).fill(1);
  cells[row * width + column] = value;
  changeGradient({ gradient: cells, at: { row, column } });
}

/** All output cells the same. @param {0 | 1} value */
export function fillGradient(value) {
  const { flow } = page.value.backward;
  changeGradient({ gradient: value === 1 || !flow ? null : new Float32Array(flow.output.height * flow.output.width) });
}

/** Measures the slope at another input cell. @param {Place} cell */
export function measureAt(cell) {
  setBackward({ cell });
  answer();
}

export function startBackward() {
  whileOpen("backward", [], answer);
  let seen = page.value.backward.gradient;
  page.watch(["backward"], ({ backward: { gradient }, panel }) => {
    // Painted, or undone.
    if (gradient !== seen && panel === "backward") answer();
    seen = gradient;
  });
  onMoving("backward", ({ backward: { flow } }) => flow !== null && !flow.whole, answer);
}
