// The sweep of the window as pictures: the input with the window on it, and the output as far as it is made.
import { isDark } from "./colours.js";
import { drawGrid, drawMark, drawNumbers, drawPicture } from "./draw.js";
import { drawEdges } from "./marks.js";
import { NUMBERS_FROM } from "./viewport.js";

/** @typedef {import("./draw.js").Look} Look */
/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {import("./core.js").StageAxis} Axis */
/** @typedef {{ before: Stage, after: Stage, layer: import("./layers.js").Layer, looks: [Look, Look] }} Scene */

/** So many pictures at most: of more windows, evenly spread ones are shown. */
const MOST_FRAMES = 72;
/** How wide either map is at most, and how large a cell; in pixels. */
const WIDEST = 360;
const CELL = 40;
const ROOM = 16;

const INKS = Object.freeze({ mark: "#ff5b38", accent: "#006b84", muted: "#43606a" });

/** The size of a cell, the same in both maps; whole pixels where cells show. @param {number} tall @param {number} wide  with padding */
function cellSize(tall, wide) {
  const size = Math.min(CELL, WIDEST / wide, WIDEST / tall);
  return size >= 2 ? Math.floor(size) : size;
}

/** Where everything lies. @param {Pick<Scene, "before" | "after">} scene */
export function laidOut({ before, after }) {
  const [down, across] = after.axes ?? [];
  if (!down || !across) throw new Error("only a pooling layer has a window that sweeps");
  const [top, left] = [down.padding[0], across.padding[0]];
  const tall = before.shape[1] + top + down.padding[1] + down.overhang;
  const wide = before.shape[2] + left + across.padding[1] + across.overhang;
  const size = cellSize(tall, wide);
  const height = Math.ceil(Math.max(tall, after.shape[1]) * size) + 2 * ROOM;
  const first = { size, left: ROOM + left * size, top: ROOM + top * size };
  const second = { size, left: 3 * ROOM + wide * size, top: (height - after.shape[1] * size) / 2 };
  return { down, across, size, first, second, width: Math.ceil((wide + after.shape[2]) * size) + 4 * ROOM, height };
}

/** Which output cells have a picture, row-major. @param {Stage} after */
export function steps({ shape: [, height, width] }) {
  const count = height * width;
  const frames = Math.min(count, MOST_FRAMES);
  return Array.from({ length: frames }, (_, at) => Math.round(((at + 1) * count) / frames) - 1);
}

/** How long a picture stays, in milliseconds. @param {number} at @param {number} of */
export const lasts = (at, of) => (at === of - 1 ? 1600 : of <= 16 ? 600 : of <= 36 ? 300 : 160);

/** @param {OffscreenCanvasRenderingContext2D} canvas @param {Scene} scene @param {ReturnType<typeof laidOut>} place @param {number} cell  the output cell that is made */
export function drawFrame(canvas, { before, after, layer, looks }, { down, across, size, first, second, width, height }, cell) {
  // What is drawn on a page's canvas is drawn on one off the page alike.
  const context = /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (canvas));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  drawMap(context, first, looks[0]);
  drawEdges(context, first, before, after, layer, INKS);
  const [row, column] = [Math.floor(cell / after.shape[2]), cell % after.shape[2]];
  const ends = (/** @type {Axis} */ axis, /** @type {number} */ at) => ({ start: axis.starts[at], length: (axis.lengths[at] - 1) * axis.step + 1 });
  const [rows, columns] = [ends(down, row), ends(across, column)];
  context.save();
  context.beginPath();
  context.rect(second.left, second.top, after.shape[2] * size, row * size);
  context.rect(second.left, second.top + row * size, (column + 1) * size, size);
  context.clip();
  drawMap(context, second, looks[1]);
  context.restore();
  context.strokeStyle = "#7f9aa3";
  context.lineWidth = 1;
  context.strokeRect(second.left - 0.5, second.top - 0.5, after.shape[2] * size + 1, after.shape[1] * size + 1);
  drawMark(context, first, { top: rows.start, left: columns.start, height: rows.length, width: columns.length }, INKS.mark);
  drawMark(context, second, { top: row, left: column, height: 1, width: 1 }, INKS.mark);
}

/** @param {CanvasRenderingContext2D} context @param {import("./viewport.js").Placed} at @param {Look} look */
export function drawMap(context, at, look) {
  const picture = new OffscreenCanvas(look.image.width, look.image.height);
  picture.getContext("2d")?.putImageData(look.image, 0, 0);
  drawPicture(context, at, look.rect, picture);
  if (at.size >= 12) drawGrid(context, at, look.rect, "#7f9aa380");
  if (at.size >= NUMBERS_FROM) drawNumbers(context, at, look, (row, column) => isDark(look.image.data, row * look.image.width + column));
}
