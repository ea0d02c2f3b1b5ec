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
    const result = await client.request("run", "run", options);
    if (!result) return;
    const { stages, trouble } = result;
    outcome = { stages, shown: moment, version: page.value.version + 1, trouble, status: trouble ? "error" : "ready" };
  } catch (reason) {
    if (page.value.input !== input || page.value.stack !== stack) return;
    sent = null;
    const { message, parameter } = reason instanceof Refused ? reason : { message: /** @type {Error} */ (reason).message, parameter: "" };
    outcome = { trouble: { layer: null, parameter, message }, status: "error" };
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
