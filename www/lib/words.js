// What the core found, in words.

/** @typedef {import("./pooling.js").Pooled["geometry"]} Geometry */
/** @typedef {import("./core.js").AxisGeometry} Axis */

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

/** @param {readonly string[]} parts */
const joined = (parts) => parts.filter(Boolean).join(" and ");

/** @param {readonly Axis[]} axes */
function paddingText(axes) {
  const sides = axes.flatMap(({ padding }) => padding);
  if (sides.every((side) => side === sides[0])) return sides[0] === 0 ? "" : `${counted(sides[0], "cell")} on every side`;
  const each = axes.map(({ padding: [before, after] }, at) => {
    const { one, many, before: first, after: last } = AXES[at];
    if (before === after) return before === 0 ? "" : `${counted(before, one, many)} ${first} and ${last}`;
    return `${counted(before, one, many)} ${first}, ${after} ${last}`;
  });
  return joined(each);
}

/** @param {Axis} axis @param {number} at */
function unreadText({ input, unread }, at) {
  const { one, many } = AXES[at];
  if (unread.length === 0) return "";
  if (unread.length === input) return `any ${one}`;
  if (unread[0] !== input - unread.length) return `${unread.length} of the ${counted(input, one, many)}`;
  return unread.length === 1 ? `the last ${one}` : `the last ${counted(unread.length, one, many)}`;
}

/** What happened at the picture's edges. @param {Geometry} geometry @returns {string} */
export function edgeText({ axes }) {
  const padding = paddingText(axes);
  const overhang = joined(axes.map((axis, at) => (axis.overhang ? `${counted(axis.overhang, AXES[at].one)} past the ${AXES[at].end} edge` : "")));
  const unread = joined(axes.map(unreadText));
  return [
    padding && `Padding adds ${padding}.`,
    overhang && `The last window reaches ${overhang}.`,
    unread ? `No window reads ${unread}.` : "Every row and column is read.",
  ].filter(Boolean).join(" ");
}

/** @param {number} milliseconds */
export function timeText(milliseconds) {
  if (milliseconds < 0.1) return "less than 0.1 ms";
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Positions as people count them, from 1. @param {import("./spans.js").Span | null} span @param {0 | 1} at */
export function spanText(span, at) {
  const { one, many } = AXES[at];
  if (!span) return `no ${one}, only padding`;
  return span.first === span.last ? `${one} ${span.first + 1}` : `${many} ${span.first + 1}–${span.last + 1}`;
}

/** @param {number} value  of a colour scale */
export const scaleText = (value) => (value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2));
