// Has the worker run the stack whenever input or stack change, and fills in what comes back.
import { Refused } from "../client.js";
import { Client } from "./client.js";
import { page } from "./state.js";

/** @typedef {import("./state.js").Moment} Moment */

/** What lasts longer says so. In milliseconds. */
const SLOW = 300;

/** The input that the worker keeps. @type {import("./state.js").Input | null} */
let sent = null;
const client = new Client(new URL("./worker.js", import.meta.url), () => (sent = null));
let timer = 0;

/** A large map is pooled as a whole once no newer change came for this long. In milliseconds. */
const REST = 120;
/** Maps of fewer cells need no preview. */
const LARGE = 1_000_000;

/** Shows how a large input will look as soon as can be; tells whether the whole is still wanted. @param {Moment} moment @param {() => object} sending */
async function preview({ input, stack }, sending) {
  if (input.kind === "matrix" || cells(input) < LARGE || page.value.viewport.zoom > 1) return true;
  const { colours } = page.value;
  const width = Math.max(200, Math.round((document.querySelector("pool-stage")?.clientWidth ?? 600) * devicePixelRatio));
  const seen = await client.request("run", "preview", () => ({ ...sending(), width, colours, photo: input.kind === "photo" })).catch(() => ({}));
  if (!seen && !current({ input, stack })) return false;
  if (seen?.look && current({ input, stack })) page.set({ preview: seen, stages: [...seen.stages, ...page.value.stages.slice(seen.stages.length)] });
  if (seen?.look) await new Promise((done) => setTimeout(done, REST));
  return current({ input, stack });
}

/** @param {Moment} moment */
const current = ({ input, stack }) => page.value.input === input && page.value.stack === stack;

/** @param {import("./state.js").Input} input */
function cells(input) {
  if (input.kind === "photo") return input.image.width * input.image.height;
  return input.kind === "maps" ? input.shape[1] * input.shape[2] : input.kind === "pattern" ? input.height * input.width : 0;
}

/** @param {Moment} moment */
async function run({ input, stack }) {
  page.set({ status: "working" });
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
    const result = await client.request("run", "run", options);
    if (!result) return;
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
  page.set({ status: "error", slow: false, finished: page.value.finished + 1, trouble: { layer: null, parameter: "", message: "Stopped. Change something to go on." } });
}

/** Asks the worker about what it keeps; null where a newer request of the lane came. @param {string} lane @param {string} work @param {unknown} options */
export const ask = (lane, work, options) => client.request(lane, work, options);

export function startRunning() {
  page.watch(["input", "stack"], run);
}
