// What takes many runs: the answer under every shift, and with a square over every place. In a worker of its own, so that
// looking does not wait for it.
import { Client } from "../client.js";
import { nameOf, poolingOf } from "./catalogue.js";
import { asked } from "./looking.js";
import { page } from "./state.js";

/** Whatever a sweep was for, a newer one takes its place at once. */
const PATIENCE = 0;
/** The curve is drawn once nothing has changed for so many milliseconds. */
const PAUSE = 250;
/** Rows and columns that the covering square has, of 28 or 32. */
export const COVER = 5;

const client = new Client(new URL("./worker.js", import.meta.url), PATIENCE);
let timer = 0;
/** The curve is not yet that of the present state. */
let stale = false;

/** Draws the curve anew whenever what it follows from has changed; an occlusion map is then out of date. */
export function startSweeping() {
  page.watch(["network", "columns", "subject", "centred"], () => {
    stopCovering();
    page.set({ covered: null });
    stale = true;
    clearTimeout(timer);
    timer = setTimeout(sweep, PAUSE);
  });
  page.watch(["shift", "noise", "seed"], () => {
    stopCovering();
    page.set({ covered: null });
  });
}

async function sweep() {
  const { subject, columns, covering } = page.value;
  // What is being covered has the worker; the curve comes after it.
  if (!subject || covering !== null) return;
  stale = false;
  try {
    /** @type {import("./worker.js").Curve | null} */
    const curve = await client.request("sweep", asked(), subject);
    if (curve && !stale) page.set({ curve: { ...curve, poolings: columns.map(poolingName) }, curveError: null });
    else stale = true;
  } catch (reason) {
    if (!stale) page.set({ curveError: message(reason) });
  }
}

/** Makes the occlusion map. */
export async function coverAll() {
  const { subject, columns } = page.value;
  if (!subject) return;
  page.set({ covering: 0, coverError: null });
  const report = (/** @type {number} */ covering) => page.value.covering !== null && page.set({ covering });
  try {
    /** @type {import("./worker.js").Covered | null} */
    const covered = await client.request("cover", { ...asked(), size: COVER }, subject, [], report);
    if (covered) page.set({ covered: { ...covered, poolings: columns.map(poolingName) }, covering: null });
  } catch (reason) {
    page.set({ covering: null, coverError: message(reason) });
  }
  if (stale) sweep();
}

/** @param {import("./state.js").Column} column */
const poolingName = ({ pooling }) => nameOf(poolingOf(pooling));

/** Ends the making of an occlusion map. */
export function stopCovering() {
  if (page.value.covering === null) return;
  client.stop();
  page.set({ covering: null });
}

/** @param {unknown} reason */
const message = (reason) => (reason instanceof Error ? reason.message : String(reason));
