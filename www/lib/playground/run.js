// Has the worker run the stack whenever input or stack change, and fills in what comes back.
import { Refused } from "../client.js";
import { Client, RUNS } from "./client.js";
import { scaleOf } from "./colours.js";
import { page } from "./state.js";
import { NUMBERS_FROM, visible } from "./viewport.js";

/** @typedef {import("./state.js").Moment} Moment */

/** What lasts longer says so. In milliseconds. */
const SLOW = 300;

/** The input that the worker keeps. @type {import("./state.js").Input | null} */
let sent = null;
const client = new Client(new URL("./worker.js", import.meta.url), (again) => {
  sent = null;
  // What was there, or was being made, is made anew.
  if (again && page.value.status !== "error") queueMicrotask(() => run(page.value));
});
let timer = 0;

/** A large map is pooled as a whole once no newer change came for this long. In milliseconds. */
const REST = 120;
/** How long what is seen rests before it is looked at anew while the whole is being made. In milliseconds. */
const PEEK = 40;
let peeking = 0;
/** Maps of fewer cells need no preview. */
const LARGE = 40_000;
/** The work of a first look, in cells that are read; and of a better one, where the first is coarse. */
const WORK = [1_200_000, 8_000_000];

/** What of the maps the screen shows, with how many pixels, and how. @returns {Omit<import("./sampling.js").Wanted, "mostCells">} */
function wanted() {
  const { input, colours } = page.value;
  const as = { colours, photo: input.kind === "photo" };
  const stage = /** @type {import("../../elements/playground/pool-stage.js").PoolStage | null} */ (document.querySelector("pool-stage"));
  const seen = stage?.seen?.(page.value);
  if (!seen) return { part: [0, 0, 1, 1], most: [300, 400], numbers: false, ...as };
  const { at, map, box } = seen;
  const rect = visible(at, map, box);
  const within = (/** @type {number} */ part) => Math.max(0, Math.min(1, part));
  // A little more than is seen: another size may lie otherwise by a cell.
  const [down, across] = page.value.viewport.zoom > 1 ? [2 / map.height, 2 / map.width] : [1, 1];
  const part = [rect.top / map.height - down, rect.left / map.width - across, (rect.top + rect.height) / map.height + down, (rect.left + rect.width) / map.width + across].map(within);
  const most = [rect.height, rect.width].map((cells) => Math.max(1, Math.round(cells * at.size * devicePixelRatio)));
  return { part: /** @type {[number, number, number, number]} */ (part), most: /** @type {[number, number]} */ (most), numbers: at.size >= NUMBERS_FROM, ...as };
}

/** @param {{ at: number, look: import("./draw.js").Look, cells: number, stages: readonly import("./state.js").Stage[] }} seen @param {Moment} of */
function show({ at, look, cells, stages }, of) {
  const { preview, stages: before } = page.value;
  const looks = preview?.at === at && preview.of.stack === of.stack && preview.of.input === of.input ? [...preview.looks] : [];
  looks[stages.length - 1 - at] = { look, cells };
  page.set({ preview: { at, of, looks }, stages: [...stages, ...before.slice(stages.length)] });
}

/** Looks at what has come into sight while the whole is being made. */
async function peek() {
  const { input, stack } = page.value;
  for (let behind = 0; behind < stack.length; behind++) {
    const options = () => ({ input: null, stack, ...wanted(), mostCells: WORK[1], behind, peek: true });
    const seen = await client.request("peek", "preview", options).catch(() => null);
    if (!seen || !current({ input, stack }) || !page.value.preview) return;
    show(seen, { input, stack });
  }
}

/** Shows how a large input will look as soon as can be, layer by layer; tells whether the whole is still wanted. @param {Moment} moment @param {() => object} sending */
async function preview(moment, sending) {
  if (cells(moment.input) < LARGE) return true;
  /** What needs no better look, and the scale that it is drawn on. @type {Map<number, string>} */
  const fine = new Map();
  for (const mostCells of WORK) {
    for (let behind = 0; behind < moment.stack.length; behind++) {
      if (fine.has(behind)) continue;
      const seen = await client.request(RUNS, "preview", () => ({ ...sending(), ...wanted(), mostCells, behind })).catch(() => null);
      if (!current(moment)) return false;
      if (!seen && behind === 0) return true;
      if (!seen) break;
      show(seen, moment);
      if (!seen.coarse) fine.set(behind, seen.scale);
    }
    // Layers behind may have widened the scale that all share.
    const from = page.value.preview?.at ?? 0;
    for (const [behind, scale] of fine) if (scale !== JSON.stringify(scaleOf(page.value, from + behind))) fine.delete(behind);
  }
  await new Promise((done) => setTimeout(done, REST));
  return current(moment);
}

/** What the visitor stopped is not gone on with. @type {Moment | null} */
let stopped = null;

/** @param {Moment} moment */
const current = ({ input, stack }) => page.value.input === input && page.value.stack === stack && !(stopped?.input === input && stopped.stack === stack);

/** @param {import("./state.js").Input} input */
function cells(input) {
  if (input.kind === "photo") return input.image.width * input.image.height;
  if (input.kind === "matrix") return input.planes[0].length * input.planes[0][0].length;
  return input.kind === "maps" ? input.shape[1] * input.shape[2] : input.height * input.width;
}

/** @param {Moment} moment */
async function run({ input, stack }) {
  page.set({ status: "working", progress: 0 });
  clearTimeout(timer);
  timer = setTimeout(() => page.set({ slow: true }), SLOW);
  const moment = { input, stack };
  /** @type {Partial<import("./state.js").Playground>} */
  let outcome;
  try {
    // Made when its turn comes: only then is it known what the worker has got.
    const options = () => {
      const known = sent === input;
      sent = input;
      return { input: known ? null : input, stack };
    };
    if (!(await preview(moment, options))) return;
    const result = await client.request(RUNS, "run", options, (progress) => current(moment) && page.set({ progress }));
    if (!result || !current(moment)) return;
    const { stages, trouble } = result;
    outcome = { stages, shown: moment, preview: null, version: page.value.version + 1, trouble, status: trouble ? "error" : "ready" };
  } catch (reason) {
    if (!current(moment)) return;
    sent = null;
    const { message, parameter } = reason instanceof Refused ? reason : { message: /** @type {Error} */ (reason).message, parameter: "" };
    outcome = { preview: null, trouble: { layer: null, parameter, message }, status: "error" };
  }
  clearTimeout(timer);
  page.set({ ...outcome, slow: false, finished: page.value.finished + 1 });
}

/** Ends what runs; what was shown before stays. */
export function stop() {
  client.stop();
  clearTimeout(timer);
  stopped = { input: page.value.input, stack: page.value.stack };
  page.set({ status: "error", slow: false, finished: page.value.finished + 1, trouble: { layer: null, parameter: "", message: "Stopped. Change something to go on." } });
}

/** Asks the worker about stages that the page shows; null where a newer request of the lane came, or they are not there any more. @param {string} lane @param {string} work @param {object} options */
export const ask = (lane, work, options) => client.request(lane, work, () => ({ ...options, serials: page.value.stages.map(({ serial }) => serial) }));

export function startRunning() {
  page.watch(["viewport"], () => {
    clearTimeout(peeking);
    if (page.value.preview) peeking = setTimeout(peek, PEEK);
  });
  page.watch(["input", "stack"], (state) => {
    stopped = null;
    run(state);
  });
}
