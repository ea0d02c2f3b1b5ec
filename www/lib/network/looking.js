// The page's state in, what the networks make of it out. The newest request counts.
import { Client } from "../client.js";
import { networkOf, resolve } from "./catalogue.js";
import { page } from "./state.js";

/** A look takes milliseconds; one that lasts is loading a network, which another worker would have to do again. */
const PATIENCE = 10_000;

const client = new Client(new URL("./worker.js", import.meta.url), PATIENCE);
/** What an answer follows from. */
const CAUSES = /** @type {const} */ (["network", "columns", "subject", "centred", "shift", "noise", "seed", "patch", "cell", "view"]);
let newest = 0;

/** Answers to every change from now on. */
export function startLooking() {
  page.watch(CAUSES, ({ subject }) => subject && look(subject));
}

/** Asks again: after a failure. */
export function lookAgain() {
  const { subject } = page.value;
  if (subject) look(subject);
}

/** What a worker is asked, of the state as it is. @returns {import("./worker.js").Asked} */
export function asked() {
  const { network, columns, source, centred, shift, noise, seed, patch, cell, view } = page.value;
  const known = networkOf(network);
  const digit = known.takes === "digit" && (source === "drawing" || centred);
  const sources = columns.map((column) => resolve(known, column)).map(({ file, swap }) => ({ file, swap, bytes: known.bytes }));
  return { sources, digit, disturbance: { shift: [shift[0], shift[1]], noise, seed, patch }, cell, path: view === "path" };
}

/** @param {ImageData} subject */
async function look(subject) {
  const request = ++newest;
  const { columns, source, object } = page.value;
  page.set({ status: "working" });
  try {
    /** @type {import("./worker.js").Looked | null} */
    const looked = await client.request("look", asked(), subject);
    if (looked && request === newest) page.set({ looked: { ...looked, columns, object: source === "object" ? object : null }, status: "ready", error: null, done: page.value.done + 1 });
  } catch (reason) {
    if (request === newest) page.set({ status: "error", error: reason instanceof Error ? reason.message : String(reason), done: page.value.done + 1 });
  }
}
