// Which part of a stage is seen, and where its cells lie on the screen. All stages show the same part of the picture.

/** @typedef {import("./state.js").Viewport} Viewport */
/** @typedef {{ top: number, left: number, bottom: number, right: number }} Margin  cells around a map, for padding */
/** @typedef {import("./state.js").Cell} Cell */

/** A cell grows to this many CSS pixels and no further. */
export const LARGEST_CELL = 72;
/** From this size on cells have their numbers in them. */
export const NUMBERS_FROM = 26;

/**
 * The part of a stage that is seen: where cell (0, 0) has its corner, in CSS pixels of the box, and a cell's size.
 * @param {{ height: number, width: number }} map  in cells
 * @param {Margin} margin
 * @param {{ height: number, width: number }} box  in CSS pixels
 * @param {Viewport} viewport
 */
export function placed(map, margin, box, { zoom, x, y }) {
  const tall = map.height + margin.top + margin.bottom;
  const wide = map.width + margin.left + margin.right;
  const fit = Math.min(box.width / wide, box.height / tall);
  const size = fit * zoom;
  const along = (/** @type {number} */ middle, /** @type {number} */ cells, /** @type {number} */ before, /** @type {number} */ all, /** @type {number} */ room) => {
    if (all * size <= room + 0.5) return (room - all * size) / 2 + before * size;
    const corner = room / 2 - middle * cells * size;
    return Math.min(before * size, Math.max(room - (all - before) * size, corner));
  };
  return { size, left: along(x, map.width, margin.left, wide, box.width), top: along(y, map.height, margin.top, tall, box.height) };
}

/** @typedef {ReturnType<typeof placed>} Placed */

/** The cells that are at least partly in the box. @param {Placed} at @param {{ height: number, width: number }} map @param {{ height: number, width: number }} box @returns {import("./maps.js").Rect} */
export function visible({ size, left, top }, map, box) {
  const range = (/** @type {number} */ corner, /** @type {number} */ room, /** @type {number} */ cells) => {
    const first = Math.max(0, Math.min(cells - 1, Math.floor(-corner / size)));
    return [first, Math.max(1, Math.min(cells, Math.ceil((room - corner) / size)) - first)];
  };
  const [firstRow, height] = range(top, box.height, map.height);
  const [firstColumn, width] = range(left, box.width, map.width);
  return { top: firstRow, left: firstColumn, height, width };
}

/** The cell under a point of the box; null beside the map. @param {Placed} at @param {{ height: number, width: number }} map @param {number} x @param {number} y */
export function under({ size, left, top }, map, x, y) {
  const [row, column] = [Math.floor((y - top) / size), Math.floor((x - left) / size)];
  return row >= 0 && column >= 0 && row < map.height && column < map.width ? { row, column } : null;
}

const within = (/** @type {number} */ value, /** @type {number} */ least, /** @type {number} */ most) => Math.max(least, Math.min(most, value));

/** Nearer or farther around a place, given as parts of the map. @param {Viewport} viewport @param {number} factor @param {number} most @param {{ x: number, y: number }} [around] @returns {Viewport} */
export function zoomed({ zoom, x, y }, factor, most, around = { x, y }) {
  const next = within(zoom * factor, 1, Math.max(1, most));
  const keep = zoom / next;
  return steady({ zoom: next, x: around.x + (x - around.x) * keep, y: around.y + (y - around.y) * keep });
}

/** @param {Viewport} viewport @param {number} right  by parts of the map @param {number} down @returns {Viewport} */
export const shifted = ({ zoom, x, y }, right, down) => steady({ zoom, x: x + right, y: y + down });

/** The viewport with its middle so that it shows no more than the map. @param {Viewport} viewport @returns {Viewport} */
function steady({ zoom, x, y }) {
  const half = 0.5 / zoom;
  return { zoom, x: within(x, half, 1 - half), y: within(y, half, 1 - half) };
}
