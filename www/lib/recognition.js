// The drawing's pixels in, the network's answer out.
import { Client } from "./client.js";
import { page } from "./state.js";

/** A run takes milliseconds: one that lasts longer is not to be ended, since another worker would fetch the network again. */
const PATIENCE = 10_000;

const client = new Client(new URL("./recogniser.js", import.meta.url), PATIENCE);
let newest = 0;

/** Starts answering to every change of the drawing. */
export function startRecognition() {
  /** @type {ImageData | null} */
  let asked = null;
  page.watch(["ink", "near", "poolingsDone", "photoError"], ({ ink, near, poolingsDone, photoError }) => {
    // The photograph comes first: a newcomer sees it before the pad, and fetching the network would slow it down.
    const due = near && (poolingsDone > 0 || photoError !== null);
    if (ink && ink !== asked && due) answer((asked = ink));
  });
}

/** @param {ImageData} ink  given away to the worker */
async function answer(ink) {
  const request = ++newest;
  page.set({ recognition: "working" });
  try {
    /** @type {import("./recogniser.js").Recognised | { seen: null } | null} */
    const result = await client.request("recognise", undefined, ink, [ink.data.buffer]);
    if (!result) return;
    page.set({ recognised: result.seen ? result : null });
    if (request === newest) finish({ recognition: "ready", recognitionError: null });
  } catch (reason) {
    if (request !== newest) return;
    finish({ recognition: "error", recognitionError: reason instanceof Error ? reason.message : String(reason) });
  }
}

/** @param {Partial<import("./state.js").Page>} patch */
function finish(patch) {
  page.set({ ...patch, recognitionsDone: page.value.recognitionsDone + 1 });
}
