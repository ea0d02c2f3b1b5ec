// Where things lie in a chart, in CSS pixels.

/** @typedef {import("./state.js").Run} Run */
/** @typedef {import("./state.js").Line} Line */
/** @typedef {import("./state.js").Measure} Measure */
/** @typedef {import("./worker.js").Point} Point */
/** @typedef {{ run: Run, line: Line }} Curve */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */
/** @typedef {{ low: number, high: number, ticks: number[] }} Scale */

/** The part of a run whose points do not stretch the scale: at first everything is wrong. */
const EARLY = 0.12;

/** The curves of the runs that are shown. @param {readonly Run[]} runs @returns {Curve[]} */
export const curvesOf = (runs) => runs.filter(({ shown }) => shown).flatMap((run) => run.lines.filter(({ points }) => points.length > 0).map((line) => ({ run, line })));

/** The scale of the values, from a round number to a round number. @param {readonly Curve[]} curves @param {Measure} measure @returns {Scale} */
export function scaleOf(curves, measure) {
  const late = curves.flatMap(({ run, line: { points } }) => points.filter(({ epoch }, at) => epoch > EARLY * run.setup.epochs || at === points.length - 1));
  if (curves.length === 0) return { low: 0, high: 1, ticks: ticks(0, 1) };
  const values = late.flatMap((point) => [point.training[measure], point.test[measure]]);
  if (measure === "accuracy") {
    const low = Math.min(0.9, Math.floor(10 * Math.min(0.9, ...values)) / 10);
    return { low, high: 1, ticks: ticks(low, 1) };
  }
  const most = Math.max(0.05, ...values);
  const step = roundStep(most / 4);
  const high = Math.ceil(most / step) * step;
  return { low: 0, high, ticks: ticks(0, high) };
}

/** A round number near this: 1, 2 or 5 times a power of ten. @param {number} size */
function roundStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= size) ?? 10);
}

/** About four round numbers between these. @param {number} low @param {number} high */
export function ticks(low, high) {
  const step = roundStep((high - low) / 5);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(6)));
}

/** Where a value of `low` to `high` lies between two places. @param {[low: number, high: number]} values @param {[from: number, to: number]} places */
export const linear =
  ([low, high], [from, to]) =>
  (/** @type {number} */ value) =>
    from + ((value - low) / (high - low)) * (to - from);

/** A path through places. @param {readonly (readonly [x: number, y: number])[]} places */
export const path = (places) => places.map(([x, y], at) => `${at === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** Moves places apart, each as little as it must, so that labels there do not overlap. @param {readonly number[]} places @param {number} apart @param {number} most */
export function spread(places, apart, most) {
  const order = places.map((_, at) => at).sort((a, b) => places[a] - places[b]);
  const moved = [...places];
  order.forEach((at, rank) => rank > 0 && (moved[at] = Math.max(moved[at], moved[order[rank - 1]] + apart)));
  let limit = most;
  for (const at of order.toReversed()) limit = (moved[at] = Math.min(moved[at], limit)) - apart;
  return moved;
}

/** The last point of a line that is not after `epoch`; its first, where all are. @param {Line} line @param {number} epoch */
export const pointAt = ({ points }, epoch) => points.findLast((point) => point.epoch <= epoch + 1e-9) ?? points[0];
