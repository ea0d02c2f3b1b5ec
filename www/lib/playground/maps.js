// Planes of numbers laid out one after another, and pieces of them. Nothing is computed here: cells are only copied.

/** @typedef {{ top: number, left: number, height: number, width: number }} Rect  in cells, within the map */

/** Red, green and blue of a picture as planes of codes from 0 to 255. @param {ImageData} image */
export function planesOfPicture({ data: codes, width, height }) {
  const count = width * height;
  const planes = new Float32Array(3 * count);
  const [red, green, blue] = [0, 1, 2].map((plane) => planes.subarray(plane * count, (plane + 1) * count));
  for (let at = 0, from = 0; at < count; at++, from += 4) {
    red[at] = codes[from];
    green[at] = codes[from + 1];
    blue[at] = codes[from + 2];
  }
  return planes;
}

/**
 * The cells of a plane at these rows and columns.
 * @param {Float32Array} numbers @param {readonly [planes: number, height: number, width: number]} shape @param {number} plane @param {readonly number[]} rows @param {readonly number[]} columns
 */
export function taken(numbers, [, height, width], plane, rows, columns) {
  const out = new Float32Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) {
    const start = (plane * height + row) * width;
    for (const column of columns) out[at++] = numbers[start + column];
  }
  return out;
}

/** `count` positions spread evenly over `length` of them from `first` on; all of them where there are no more. @param {number} first @param {number} length @param {number} count */
export function spread(first, length, count) {
  const step = Math.max(1, length / count);
  return Array.from({ length: Math.min(length, count) }, (_, at) => first + Math.min(length - 1, Math.floor((at + 0.5) * step)));
}

/** Three planes of codes as a picture; `low` becomes black, `high` white. @param {readonly Float32Array[]} planes @param {number} width @param {number} height @param {number} low @param {number} high */
export function coloured([red, green, blue], width, height, low, high) {
  const codes = new Uint8ClampedArray(4 * width * height);
  const scale = 255 / (high - low || 1);
  for (let at = 0, to = 0; at < red.length; at++, to += 4) {
    codes[to] = (red[at] - low) * scale;
    codes[to + 1] = (green[at] - low) * scale;
    codes[to + 2] = (blue[at] - low) * scale;
    codes[to + 3] = 255;
  }
  return new ImageData(codes, width, height);
}
