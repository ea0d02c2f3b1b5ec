// Digits to pick instead of drawing: strokes like any others, so that the network reads them on the same way.

/** @typedef {import("./drawing.js").Stroke} Stroke */

/** Each digit's strokes, as points of a curve on a square of side 100: `x y x y …`. */
const CURVES = [
  ["50 12 33 22 26 50 33 78 50 88 67 78 74 50 67 22 50 12"],
  ["41 27 54 13", "54 13 52 50 50 88"],
  ["30 30 36 17 52 12 67 20 68 36 55 57 30 86", "30 86 50 84 74 86"],
  ["31 20 48 12 66 20 64 38 46 47", "46 47 68 55 71 74 54 88 30 82"],
  ["42 13 36 35 28 56", "28 56 50 55 76 53", "64 14 62 50 58 90"],
  ["70 14 52 15 36 16", "36 16 33 45", "33 45 52 41 69 52 70 72 54 87 30 83"],
  ["64 13 46 26 33 48 30 70 42 87 60 86 70 72 62 58 46 58 32 70"],
  ["28 16 50 15 73 14", "73 14 60 40 50 64 44 89"],
  ["62 20 48 12 35 20 38 35 52 47 67 62 68 80 50 89 33 80 34 63 52 47 64 34 62 20"],
  ["67 28 52 14 36 22 33 40 46 50 62 43 67 28", "67 28 66 52 60 74 52 90"],
];
/** Pieces that a curve between two of its points is drawn in. */
const PIECES = 6;

/** The digits that can be picked. */
export const EXAMPLES = CURVES.map((_, digit) => String(digit));

/**
 * The strokes of an example.
 * @param {string} digit
 * @param {number} side  of the pad
 * @param {number} width  of the pen
 * @returns {Stroke[]}
 */
export function exampleStrokes(digit, side, width) {
  return CURVES[Number(digit)].map((text) => {
    const numbers = text.split(" ").map((number) => (Number(number) * side) / 100);
    const points = Array.from({ length: numbers.length / 2 }, (_, at) => ({ x: numbers[2 * at], y: numbers[2 * at + 1] }));
    return { points: smooth(points).map((point) => ({ ...point, width })) };
  });
}

/** @typedef {{ x: number, y: number }} Point */

/** A Catmull–Rom curve through the points (Catmull and Rom 1974, uniform, tension ½). @param {readonly Point[]} points */
function smooth(points) {
  const all = [points[0]];
  for (let at = 1; at < points.length; at++) {
    const [before, from, to, after] = [points[at - 2] ?? points[at - 1], points[at - 1], points[at], points[at + 1] ?? points[at]];
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      const along = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c, /** @type {number} */ d) =>
        b + (t / 2) * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      all.push({ x: along(before.x, from.x, to.x, after.x), y: along(before.y, from.y, to.y, after.y) });
    }
  }
  return all;
}
