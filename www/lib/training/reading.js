// A drawing's pixels in, the answer of the chosen network out.
import { Client } from "../client.js";
import { chosenLine, page } from "./state.js";

/** As for the first page's network: one that is being loaded is waited for. */
const PATIENCE = 10_000;

const client = new Client(new URL("./reader.js", import.meta.url), PATIENCE);

/** Starts answering to every change of the drawing, and of the network. */
export function startReading() {
  /** @type {[ink: ImageData | null, file: Uint8Array | null]} */
  let asked = [null, null];
  page.watch(["ink", "near", "runs", "chosen"], (state) => {
    const file = chosenLine(state)?.line.file ?? null;
    const { ink, near } = state;
    if (!near || !ink || !file || (ink === asked[0] && file === asked[1])) return;
    asked = [ink, file];
    read(ink, file);
  });
}

/** @param {ImageData} ink @param {Uint8Array} file */
async function read(ink, file) {
  try {
    /** @type {import("./reader.js").Read | null} */
    const answer = await client.request("read", { file }, ink);
    if (answer) page.set({ answer: answer.probabilities ? answer : null, answerError: null, answers: page.value.answers + 1 });
  } catch (reason) {
    page.set({ answer: null, answerError: reason instanceof Error ? reason.message : String(reason), answers: page.value.answers + 1 });
  }
}
