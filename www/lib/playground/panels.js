// What the panels below the stack are about, and when they compute: only what is open asks the core.
import { planeMarked } from "./colours.js";
import { title } from "./layers.js";
import { page } from "./state.js";

/** @typedef {import("./state.js").Playground} Playground */
/** @typedef {"code" | "backward" | "compare" | "take"} Panel */

/** Every panel, and its name. @type {readonly (readonly [Panel, string])[]} */
export const PANELS = [
  ["code", "In code"],
  ["backward", "Backward"],
  ["compare", "Compare"],
  ["take", "Take away"],
];

/**
 * The pooling layer that the panels are about, as it was run: the selected one, or the first. `stage` is what it made.
 * @param {Pick<Playground, "shown" | "selected" | "stages" | "input" | "colours" | "channel">} state
 */
export function subject(state) {
  const { shown, selected, stages } = state;
  const found = chosen(shown?.stack ?? [], selected);
  // One that is refused is not stood in for by another.
  return found && stages[found.stage] ? { ...found, plane: planeMarked(state) } : null;
}

/** The pooling layer that is selected, or the first, and the stage that it makes. @param {readonly import("./layers.js").Layer[]} stack @param {number | null} selected */
export function chosen(stack, selected) {
  const layers = stack.flatMap((layer, at) => (layer.kind === "pool" ? [{ layer, stage: at + 1 }] : []));
  return layers.find(({ layer }) => layer.id === selected) ?? layers[0] ?? null;
}

/** Why a panel is about nothing. @param {Pick<Playground, "stack" | "trouble">} state @param {string} none  where there is no pooling layer @param {string} then  what shows once it runs */
export function nothing({ stack, trouble }, none, then) {
  if (!chosen(stack, null)) return none;
  const refused = stack.find(({ id }) => id === trouble?.layer);
  return trouble ? `${refused ? `${title(refused)} is refused` : "The stack did not run"}: ${trouble.message}${/[.!?]$/.test(trouble.message) ? "" : "."} ${then}` : then;
}

/** What every panel's answer depends on. */
export const OF_SUBJECT = /** @type {const} */ (["panel", "version", "selected", "colours", "channel"]);

/**
 * Runs `work` with the state whenever the panel is open and one of `keys` has changed; one run a turn.
 * @param {Panel} panel @param {readonly (keyof Playground)[]} keys @param {(state: Playground) => void} work
 */
export function whileOpen(panel, keys, work) {
  page.watch([...OF_SUBJECT, ...keys], (state) => {
    if (state.panel === panel && state.version > 0) work(state);
  });
}

/** A panel about a part of a large map follows what is seen of it once that rests for so long, in milliseconds. */
const RESTS = 250;

/** Runs `work` when another part of the maps is seen, where that concerns the open panel. @param {Panel} panel @param {(state: Playground) => boolean} concerns @param {() => void} work */
export function onMoving(panel, concerns, work) {
  let timer = 0;
  page.watch(["viewport"], () => {
    clearTimeout(timer);
    timer = setTimeout(() => page.value.panel === panel && concerns(page.value) && work(), RESTS);
  });
}

/** Where in a large map a panel looks. @param {{ row: number, column: number }} corner @param {{ height: number, width: number }} size */
export const placeWords = ({ row, column }, { height, width }) => `Of a large map, a part in the middle of what is seen: rows ${row + 1} to ${row + height}, columns ${column + 1} to ${column + width}.`;

/** The words of an error, as a panel says them. @param {unknown} reason */
export const words = (reason) => (reason instanceof Error ? reason.message : String(reason));
