// Everything the playground knows, in one place: its elements render from it, run.js fills in the results.
import { createStore } from "../store.js";
import { startOptions } from "./layers.js";
import { BACKWARD, COMPARE, DIALECTS, TAKE } from "./panel-states.js";
import { added, changed, moved, removed } from "./stack.js";

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./layers.js").Kind} Kind */

/** @typedef {{ kind: "matrix", planes: readonly (readonly (readonly number[])[])[] }} Matrix  planes of rows */
/** @typedef {{ kind: "pattern", name: string, height: number, width: number, frequency: number, seed: number }} Pattern */
/** @typedef {{ kind: "photo", name: string, title: string, own: boolean, address?: string, image: ImageData, scaledFrom: { width: number, height: number } | null }} Photograph */
/** @typedef {{ kind: "maps", name: string, shape: [number, number, number], data: Float32Array }} Maps */
/** @typedef {Matrix | Pattern | Photograph | Maps} Input */

/**
 * A stage of the stack as the worker knows it: the input is stage 0, layer i makes stage i + 1.
 * @typedef {object} Stage
 * @property {[planes: number, height: number, width: number]} shape
 * @property {readonly (readonly [least: number, most: number])[]} extents  of each plane
 * @property {readonly import("./core.js").StageAxis[] | null} axes  how the layer's windows lie on the stage before
 * @property {{ parameters: number, operations: string, bytes: number }} facts
 * @property {number} serial  another one for every stage made
 */
/** @typedef {{ stage: number, plane: number, row: number, column: number }} Cell */
/** @typedef {{ plane: number | "all", map: "auto" | "deep" | "gray" | "tide", shared: boolean }} Colours  "all": three planes as red, green and blue */
/** @typedef {{ zoom: number, x: number, y: number }} Viewport  how many times the whole, and its middle as parts of the map */
/** @typedef {{ input: Input, stack: readonly Layer[] }} Moment */
/** @typedef {Moment & { gradient: Float32Array | null }} Step  what can be gone back to; the gradient that was painted with it */
/** @typedef {{ layer: number | null, parameter: string, message: string }} Trouble  the layer's id; null for the input or the core itself */

/**
 * @typedef {object} Playground
 * @property {string | null} note  about the link that opened the page
 * @property {Input} input
 * @property {readonly Layer[]} stack
 * @property {readonly Step[]} past
 * @property {readonly Step[]} future
 * @property {number | null} selected  the layer whose parameters are shown, by its id
 * @property {readonly Stage[]} stages  of the newest result; fewer than the stack has where a layer is refused
 * @property {Moment | null} shown  what `stages` are made of
 * @property {{ at: number, of: Moment, looks: readonly ({ look: import("./draw.js").Look, cells: number } | undefined)[] } | null} preview  stages from afar, from this one on, until all of them are there; those after them are older
 * @property {number} version  counts results: whoever drew an older one draws anew
 * @property {"working" | "ready" | "error"} status
 * @property {boolean} slow
 * @property {number} progress  of what runs, from 0 to 1
 * @property {number} finished  runs that ended
 * @property {Trouble | null} trouble
 * @property {{ key: string, layer: number, message: string } | null} entry  a field whose text is no value yet
 * @property {Cell | null} pointed
 * @property {boolean} pinned
 * @property {number} channel  of a picture in colour, the plane whose window is marked
 * @property {import("./answer.js").Answer | null} answer  what the core says about the cell pointed at
 * @property {boolean} playing
 * @property {number} speed  windows a second
 * @property {Colours} colours
 * @property {Viewport} viewport
 * @property {import("./panels.js").Panel} panel  the one that is open
 * @property {import("./dialects.js").Dialects} dialects
 * @property {import("./backward.js").Backward} backward
 * @property {import("./compare.js").Compare} compare
 * @property {import("./takeaway.js").Take} take
 * @property {string | null} inputError
 * @property {string | null} opening
 * @property {{ title: string, width: number, height: number, whole: boolean } | null} offer  a picture larger than most: how is it to be opened? `whole`: as it is would go
 * @property {Cell | null} greeted  the cell that the page points at by itself when it opens
 * @property {number | null} brush  the value that pointing at the input paints; null: it does not paint
 */

/** A small map with what pooling is about: an edge, a spike, a tie, values below 0. @type {Matrix} */
export const FIRST = Object.freeze({
  kind: "matrix",
  planes: [[
    [1, 0, 2, 3, 0, 1, 0, 0],
    [4, 6, 6, 8, 0, 0, 2, 0],
    [3, 1, 1, 0, 9, 7, 1, 0],
    [1, 2, 2, 4, 8, 9, 3, 1],
    [0, 0, 5, 5, 0, 2, -1, -2],
    [0, 1, 5, 5, 1, 0, -3, -4],
    [7, 0, 0, 1, 2, 3, 4, 5],
    [0, 0, 1, 0, 3, 2, 5, 4],
  ]],
});
/** @type {readonly Layer[]} */
export const FIRST_STACK = Object.freeze([{ id: 1, kind: "pool", options: startOptions("pool") }]);
export const WHOLE = Object.freeze({ zoom: 1, x: 0.5, y: 0.5 });
/** @type {Readonly<Colours>} */
export const COLOURS = Object.freeze({ plane: "all", map: "auto", shared: true });

export const page = createStore(
  /** @type {Playground} */ ({
    note: null,
    input: FIRST,
    stack: FIRST_STACK,
    past: [],
    future: [],
    selected: 1,
    stages: [],
    shown: null,
    preview: null,
    version: 0,
    status: "working",
    slow: false,
    progress: 0,
    finished: 0,
    trouble: null,
    entry: null,
    pointed: null,
    pinned: false,
    channel: 0,
    answer: null,
    playing: false,
    speed: 2,
    colours: COLOURS,
    viewport: WHOLE,
    inputError: null,
    opening: null,
    offer: null,
    greeted: null,
    brush: null,
    panel: "code",
    dialects: DIALECTS,
    backward: BACKWARD,
    compare: COMPARE,
    take: TAKE,
  }),
);

/** More steps back than anyone goes. */
const MOST_STEPS = 100;
/** Inputs of millions of cells that are kept to go back to. */
const MOST_LARGE = 3;

/** The newest steps: as many as memory is meant for. @param {readonly Step[]} past */
function recent(past) {
  const large = new Set();
  const from = past.findLastIndex(({ input }) => {
    if (input.kind === "photo" && input.image.width * input.image.height > 1e6) large.add(input);
    if (input.kind === "maps" && input.data.length > 1e6) large.add(input);
    return large.size > MOST_LARGE;
  });
  return past.slice(Math.max(from + 1, past.length - MOST_STEPS));
}
/** What the newest change was of: one slider's many changes are one step back. */
let newest = "";

/**
 * Changes input or stack, so that it can be undone. Changes in a row with the same `what` are one step.
 * @param {Partial<Moment>} patch
 * @param {string} [what]
 * @param {Partial<Playground>} [beside]  what changes with it
 */
export function change(patch, what = "", beside = {}) {
  const { past } = page.value;
  const joins = what !== "" && what === newest && past.length > 0;
  newest = what;
  page.set({ past: joins ? past : recent([...past, now()]), future: [], entry: null, ...beside, ...patch });
}

/** The step that the page is at. @returns {Step} */
function now() {
  const { input, stack, backward } = page.value;
  return { input, stack, gradient: backward.gradient };
}

/** Another gradient at the output, so that it can be undone. @param {Partial<import("./backward.js").Backward>} patch */
export const changeGradient = (patch) => change({}, "", { backward: { ...page.value.backward, ...patch } });

/** @param {readonly Step[]} from @param {"past" | "future"} to */
function step(from, to) {
  const moment = from.at(-1);
  if (!moment) return;
  newest = "";
  const { selected, backward, panel } = page.value;
  const { gradient, ...shown } = moment;
  const kept = moment.stack.some(({ id }) => id === selected) ? selected : (moment.stack.at(-1)?.id ?? null);
  const seen = gradient === backward.gradient ? panel : "backward";
  page.set({ ...shown, selected: kept, entry: null, inputError: null, ...reset(moment.input), backward: { ...backward, gradient }, panel: seen, [to]: [...page.value[to], now()], [to === "past" ? "future" : "past"]: from.slice(0, -1) });
}
export const undo = () => step(page.value.past, "future");
export const redo = () => step(page.value.future, "past");

/** What goes back to its beginning where the input is another one. @param {Input} input @returns {Partial<Playground>} */
function reset(input) {
  const edited = input.kind === "matrix" && page.value.input.kind === "matrix";
  return edited || input === page.value.input ? {} : { viewport: WHOLE, pointed: null, pinned: false, answer: null, playing: false };
}

/** @param {Input} input @param {string} [what] */
export const setInput = (input, what) => change({ input }, what, { inputError: null, opening: null, ...reset(input) });

/** @param {Kind} kind */
export function add(kind) {
  const { stack, selected } = page.value;
  const { stack: longer, id } = added(stack, kind, selected);
  change({ stack: longer }, "", { selected: id });
}

/** @param {number} id */
export function remove(id) {
  const { stack, selected } = page.value;
  const at = stack.findIndex((layer) => layer.id === id);
  const left = removed(stack, id);
  change({ stack: left }, "", { selected: selected === id ? (left[Math.max(0, at - 1)]?.id ?? null) : selected });
}

/** @param {number} id @param {number} to */
export function move(id, to) {
  const { stack } = page.value;
  const next = moved(stack, id, to);
  if (next.some((layer, at) => layer !== stack[at])) change({ stack: next });
}

/** @param {number} id @param {import("./layers.js").Options} patch */
export function adjust(id, patch) {
  change({ stack: changed(page.value.stack, id, patch) }, `${id} ${Object.keys(patch)}`);
}

/** The cell that is pointed at, unless one is pinned. @param {Cell | null} pointed */
export function point(pointed) {
  const { pointed: old, pinned } = page.value;
  const same = old && pointed && old.stage === pointed.stage && old.plane === pointed.plane && old.row === pointed.row && old.column === pointed.column;
  if (!pinned && !same) page.set({ pointed });
}
