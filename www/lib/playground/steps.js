// Steps through the windows of a layer: each output cell in turn, row by row.
import { planeMarked } from "./colours.js";
import { page } from "./state.js";

/** @typedef {import("./state.js").Playground} Playground */

/** The stage whose windows are stepped through: the selected layer's, if it is there. @param {Pick<Playground, "stack" | "selected" | "stages" | "pointed">} state */
export function steppedStage({ stack, selected, stages, pointed }) {
  const at = pointed && pointed.stage > 0 ? pointed.stage : stack.findIndex(({ id }) => id === selected) + 1;
  return at > 0 && stages[at] ? at : stages.length > 1 ? 1 : 0;
}

/** How many windows there are, and which is pointed at. @param {Pick<Playground, "stack" | "selected" | "stages" | "pointed">} state */
export function progress(state) {
  const stage = steppedStage(state);
  if (stage === 0) return { stage, count: 0, at: -1 };
  const [, height, width] = state.stages[stage].shape;
  const { pointed } = state;
  return { stage, count: height * width, at: pointed?.stage === stage ? pointed.row * width + pointed.column : -1 };
}

/** Goes to a window by its number; beyond the last comes the first. @param {number} number */
export function goTo(number) {
  const { stage, count } = progress(page.value);
  if (count === 0) return;
  const at = ((number % count) + count) % count;
  const width = page.value.stages[stage].shape[2];
  page.set({ pinned: true, pointed: { stage, plane: planeMarked(page.value), row: Math.floor(at / width), column: at % width } });
}

let timer = 0;

/** Moves on while the page plays. */
export function startSteps() {
  page.watch(["playing", "speed"], ({ playing, speed }) => {
    clearInterval(timer);
    if (!playing) return;
    timer = setInterval(() => goTo(progress(page.value).at + 1), 1000 / speed);
  });
}
