// A piece of a stage as a picture: a pixel for each cell, or means where there are more cells than pixels.
import { coloured, spread, taken } from "./maps.js";

/** How many cells along each axis a view averages for one of its pixels, at most. */
const SAMPLES = 3;

/**
 * @param {typeof import("./core.js")} core
 * @param {import("./making.js").Made} stage
 * @param {{ rect: import("./maps.js").Rect, width: number, height: number, plane: number | "all", map: import("../core.js").ColorMap, low: number, high: number, numbers: boolean }} options
 */
export function look(core, { maps, shape }, { rect, width, height, plane, map, low, high, numbers }) {
  // Asked about a result that has given way to a newer one: what was asked about is not there any more.
  if (rect.top + rect.height > shape[1] || rect.left + rect.width > shape[2]) return null;
  const fine = rect.width <= width && rect.height <= height;
  const rows = spread(rect.top, rect.height, fine ? rect.height : SAMPLES * height);
  const columns = spread(rect.left, rect.width, fine ? rect.width : SAMPLES * width);
  const [tall, wide] = [Math.min(rows.length, height), Math.min(columns.length, width)];
  const seen = (plane === "all" ? [0, 1, 2] : [Math.min(plane, shape[0] - 1)]).map((plane) => {
    const cells = taken(maps.view(), shape, plane, rows, columns);
    // A look from afar is an average pooling itself.
    return fine ? cells : core.pool(cells, { shape: [1, 1, rows.length, columns.length], method: "average", outputSize: [tall, wide] }).data;
  });
  const image = plane === "all" ? coloured(seen, wide, tall, low, high) : core.colorize(seen[0], wide, tall, { map, min: low, max: high });
  return { image, rect, values: numbers && fine ? seen : null };
}
