// What the worker does for all panels, by name. A stage that is not there any more, or not yet, is answered with nothing.
import { backward, slope } from "./backward-jobs.js";
import { compare, shift } from "./compare-jobs.js";
import { dialects, line } from "./dialects-jobs.js";
import { csvOf, npyOf } from "./takeaway-jobs.js";

/** @typedef {import("./panel-jobs.js").Kept} Kept */
/** @typedef {typeof import("./core.js")} Core */

/** Of a pooling layer, of any stage, and of what a layer is applied to. @type {readonly Record<string, (core: Core, kept: readonly Kept[], options: any) => unknown>[]} */
const [OF_POOLING, OF_ANY, BEFORE] = [{ backward, slope, compare, shift, dialects }, { csvOf, npyOf }, { line }];

/** @param {Core} core @param {(serials: readonly number[]) => readonly Kept[]} known  the stages that the page has too */
export function panelJobs(core, known) {
  const there = (/** @type {readonly Kept[]} */ kept, /** @type {string} */ name, /** @type {number} */ stage) => (name in BEFORE ? kept[stage - 1] : kept[stage] && (name in OF_ANY || (kept[stage - 1] && kept[stage].layer?.kind === "pool")));
  const jobs = Object.entries({ ...OF_POOLING, ...OF_ANY, ...BEFORE });
  return Object.fromEntries(jobs.map(([name, job]) => [name, (/** @type {{ stage: number, serials: readonly number[] }} */ { serials, ...options }) => {
    const kept = known(serials);
    return there(kept, name, options.stage) ? job(core, kept, options) : null;
  }]));
}
