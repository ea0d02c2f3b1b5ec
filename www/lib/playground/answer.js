// Has the core say what the cell pointed at is made of and what is made of it.
import { ask } from "./run.js";
import { planeMarked, planeShown } from "./colours.js";
import { FIRST, FIRST_STACK, page } from "./state.js";

/** @typedef {import("./state.js").Cell} Cell */
/**
 * A tap of a window.
 * @typedef {object} Tap
 * @property {number | null} flat  the cell's place in its plane; null beside the map
 * @property {"cell" | "padding" | "overhang"} kind
 * @property {number} value
 * @property {number} share  its part in the result
 */
/** @typedef {{ rect: import("./maps.js").Rect, taps: Tap[], winner: number | null, ties: number, formula: string }} Window  `ties`: how many cells equal the winner, itself among them */
/**
 * What the core says about a cell.
 * @typedef {object} Answer
 * @property {Cell} cell
 * @property {number} version  of the result it is about
 * @property {number} value
 * @property {Window | null} window  null for the input
 * @property {{ plane: number, value: number, formula: string, winner: number | null }[]} each  the planes that are seen together: one, or the three of colours
 * @property {{ flat: number, value: number, share: number, wins: boolean }[] | null} readers  cells of the next stage; null after the last
 */

/** The cell that the page points at when it opens: a window, its winner and its formula are there before anybody pointed. @type {Cell} */
const GREETING = { stage: 1, plane: 0, row: 0, column: 1 };

export function startAnswering() {
  const stop = page.watch(["version"], ({ version, input, stack, pointed }) => {
    if (version === 0) return;
    if (version === 1 && input === FIRST && stack === FIRST_STACK && !pointed) page.set({ pointed: GREETING, greeted: GREETING });
    queueMicrotask(() => stop());
  });
  page.watch(["pointed", "version", "colours", "channel"], async (state) => {
    const { pointed, version, colours, channel } = state;
    if (!pointed) return page.set({ answer: null });
    const plane = planeMarked(state);
    const planes = planeShown(state) === "all" ? [0, 1, 2] : [plane];
    const answer = await ask("answer", "answer", { cell: { ...pointed, plane }, planes }).catch(() => null);
    // An answer about an older result gives way to that which the newer one asks for.
    const now = page.value;
    if (now.version === version && now.pointed === pointed && now.colours === colours && now.channel === channel) page.set({ answer: answer && { ...answer, version } });
  });
}
