// What the core found, in words.

/** @typedef {import("./worker.js").Pooled["geometry"]} Geometry */
/** @typedef {Geometry["axes"][number]} Axis */

/** @param {readonly number[]} shape @returns {string}  `3 × 400 × 600` */
export const shapeText = (shape) => shape.join(" × ");

/** @param {number} count @param {string} one @param {string} [many] */
const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const AXES = [
  { one: "row", many: "rows", before: "above", after: "below", end: "bottom" },
  { one: "column", many: "columns", before: "on the left", after: "on the right", end: "right" },
];

/** The runs of neighbours in a rising list of positions. @param {readonly number[]} positions @returns {[first: number, length: number][]} */
export function runs(positions) {
  /** @type {[number, number][]} */
  const found = [];
  for (const at of positions) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === at) last[1]++;
    else found.push([at, 1]);
  }
  return found;
}

/** @param {Axis} axis @param {number} at */
function axisSentences({ input, padding: [before, after], overhang, unread }, at) {
  const words = AXES[at];
  const said = [];
  if (before + after > 0) {
    const where = before === after ? `${counted(before, words.one, words.many)} ${words.before} and ${words.after}` : `${counted(before, words.one, words.many)} ${words.before}, ${after} ${words.after}`;
    said.push(`Padding adds ${where}.`);
  }
  if (overhang > 0) said.push(`The last window reaches ${counted(overhang, words.one, words.many)} past the ${words.end} edge.`);
  if (unread.length === input) said.push(`No window reads any ${words.one}.`);
  else if (unread.length > 0) {
    const tail = unread[0] === input - unread.length;
    const subject = tail ? (unread.length === 1 ? `the last ${words.one}` : `the last ${counted(unread.length, words.one, words.many)}`) : `${unread.length} of ${counted(input, words.one, words.many)}`;
    said.push(`No window reads ${subject}.`);
  }
  return said;
}

/** What happened at the picture's edges. @param {Geometry} geometry @returns {string} */
export function edgeText({ axes }) {
  const said = axes.flatMap(axisSentences);
  const whole = axes.every(({ unread }) => unread.length === 0);
  if (said.length === 0) return "Every row and column is read, and no window reaches over the edge.";
  return [...said, ...(whole ? ["Every row and column of the picture is read."] : [])].join(" ");
}

/** @param {number} milliseconds */
export function timeText(milliseconds) {
  if (milliseconds < 0.1) return "less than 0.1 ms";
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Positions as people count them, from 1. @param {number} first @param {number} last @param {0 | 1} at */
export function spanText(first, last, at) {
  const { one, many } = AXES[at];
  if (!Number.isFinite(first)) return `no ${one}, only padding`;
  return first === last ? `${one} ${first + 1}` : `${many} ${first + 1}–${last + 1}`;
}

/** @param {number} value  of a colour scale */
export const scaleText = (value) => (value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2));
