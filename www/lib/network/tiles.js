// How a layer's maps are laid out on one canvas, and which cell lies under a point.

/** @typedef {{ columns: number, rows: number, width: number, height: number, gap: number, whole: { width: number, height: number } }} Tiles  sizes in CSS pixels; `width` and `height` of one map */

/** How wide a map of so many cells is at best, and on a phone. */
const SIZES = [
  { cells: 20, wide: 76, narrow: 46 },
  { cells: 10, wide: 58, narrow: 38 },
  { cells: 2, wide: 42, narrow: 32 },
  { cells: 1, wide: 30, narrow: 24 },
];
const MANY = 16;
/** A list of more numbers than this has small ones. */
const LONG = 32;
const FINE = { wide: 13, narrow: 11 };
/** A canvas narrower than this is a phone's. */
const NARROW = 560;

/**
 * @param {{ channels: number, height: number, width: number }} layer
 * @param {number} room  in CSS pixels
 * @returns {Tiles}
 */
export function tilesOf({ channels, height, width }, room) {
  // A long list of numbers is a texture, not a row of maps.
  const list = height * width === 1;
  const size = list && channels > LONG ? FINE : SIZES.find(({ cells }) => Math.max(height, width) >= cells) ?? SIZES[SIZES.length - 1];
  // Many maps are smaller ones: a layer is to be seen at a glance.
  const best = room < NARROW ? size.narrow : channels > MANY ? 0.75 * size.wide : size.wide;
  const gap = list ? 2 : room < NARROW ? 4 : 6;
  const most = Math.max(1, Math.min(channels, Math.floor((room + gap) / (best + gap))));
  // Columns that leave no row half empty, where there are such.
  const even = Array.from({ length: most }, (_, at) => most - at).find((count) => channels % count === 0 && count >= 0.5 * most);
  const columns = even ?? most;
  const wide = Math.min((room - gap * (columns - 1)) / columns, best * 1.3);
  const rows = Math.ceil(channels / columns);
  const tall = (wide * height) / width;
  return { columns, rows, width: wide, height: tall, gap, whole: { width: columns * (wide + gap) - gap, height: rows * (tall + gap) - gap } };
}

/** Where a map begins. @param {Tiles} tiles @param {number} channel */
export function placeOf({ columns, width, height, gap }, channel) {
  return { x: (channel % columns) * (width + gap), y: Math.floor(channel / columns) * (height + gap) };
}

/**
 * The cell under a point of the canvas, if one lies there.
 * @param {Tiles} tiles
 * @param {{ channels: number, height: number, width: number }} layer
 * @param {{ x: number, y: number }} point
 */
export function cellUnder(tiles, layer, { x, y }) {
  const [column, row] = [Math.floor(x / (tiles.width + tiles.gap)), Math.floor(y / (tiles.height + tiles.gap))];
  const channel = row * tiles.columns + column;
  const { x: left, y: top } = placeOf(tiles, channel);
  const at = { row: Math.floor(((y - top) / tiles.height) * layer.height), column: Math.floor(((x - left) / tiles.width) * layer.width) };
  const inside = column >= 0 && column < tiles.columns && channel < layer.channels && at.row >= 0 && at.row < layer.height && at.column >= 0 && at.column < layer.width;
  return inside ? { channel, ...at } : null;
}
