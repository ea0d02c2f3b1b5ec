// A piece of a stage as a picture: a pixel for each cell, or means where there are more cells than pixels.
import { coloured, spread, taken } from "./maps.js";

/** @typedef {typeof import("./core.js")} Core */
/** @typedef {{ plane: number | "all", map: import("../core.js").ColorMap, low: number, high: number, numbers: boolean }} Scale */

/** How many cells along each axis a view averages for one of its pixels, at most. */
const SAMPLES = 3;

/** @param {Scale["plane"]} plane @param {number} planes */
const shown = (plane, planes) => (plane === "all" ? [0, 1, 2] : [Math.min(plane, planes - 1)]);

/** @param {Core} core @param {readonly Float32Array[]} seen  each plane's cells @param {number} width @param {number} height @param {Scale} scale */
function painted(core, seen, width, height, { plane, map, low, high, numbers }) {
  const image = plane === "all" ? coloured(seen, width, height, low, high) : core.colorize(seen[0], width, height, { map, min: low, max: high });
  return { image, values: numbers ? [...seen] : null };
}

/** All cells, a pixel each. @param {Core} core @param {Float32Array} data @param {import("./making.js").Shape} shape @param {Scale} scale */
export function pictured(core, data, [planes, height, width], scale) {
  const cells = height * width;
  return painted(core, shown(scale.plane, planes).map((plane) => data.slice(plane * cells, (plane + 1) * cells)), width, height, scale);
}

/** @param {Core} core @param {import("./making.js").Made} stage @param {Scale & { rect: import("./maps.js").Rect, width: number, height: number }} options */
export function look(core, { maps, shape }, { rect, width, height, ...scale }) {
  // Asked about a result that has given way to a newer one: what was asked about is not there any more.
  if (rect.top + rect.height > shape[1] || rect.left + rect.width > shape[2]) return null;
  const fine = rect.width <= width && rect.height <= height;
  const rows = spread(rect.top, rect.height, fine ? rect.height : SAMPLES * height);
  const columns = spread(rect.left, rect.width, fine ? rect.width : SAMPLES * width);
  const [tall, wide] = [Math.min(rows.length, height), Math.min(columns.length, width)];
  const seen = shown(scale.plane, shape[0]).map((plane) => {
    const cells = taken(maps.view(), shape, plane, rows, columns);
    // A look from afar is an average pooling itself.
    return fine ? cells : core.pool(cells, { shape: [1, 1, rows.length, columns.length], method: "average", outputSize: [tall, wide] }).data;
  });
  return { ...painted(core, seen, wide, tall, { ...scale, numbers: scale.numbers && fine }), rect };
}
