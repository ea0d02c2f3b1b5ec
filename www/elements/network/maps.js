// A layer's maps on one canvas, with the chosen cell, its window and the winner marked.
import { placeOf, tilesOf } from "../../lib/network/tiles.js";

/** @typedef {import("../../lib/network/worker.js").Layer} Layer */
/** @typedef {import("../../lib/network/worker.js").Found} Found */

const scratch = new OffscreenCanvas(1, 1);

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Layer} layer
 * @param {number} at  its number
 * @param {Found} found
 * @param {{ room: number, path: boolean }} how
 */
export function drawMaps(canvas, layer, at, found, { room, path }) {
  const image = path ? layer.path : layer.image;
  const tiles = tilesOf(layer, room);
  const sharp = devicePixelRatio;
  const [width, height] = [tiles.whole.width, tiles.whole.height].map((extent) => Math.max(1, Math.round(extent * sharp)));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.style.width = `${width / sharp}px`;
  canvas.style.height = `${height / sharp}px`;
  canvas.dataset.tile = String(tiles.width);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  context.globalAlpha = image ? 1 : 0.2;
  const shown = image ?? layer.image;
  [scratch.width, scratch.height] = [shown.width, shown.height];
  scratch.getContext("2d")?.putImageData(shown, 0, 0);
  for (let channel = 0; channel < layer.channels; channel++) {
    const [x, y, right, bottom] = edges(tiles, channel, sharp);
    context.drawImage(scratch, 0, channel * layer.height, layer.width, layer.height, x, y, right - x, bottom - y);
  }
  context.globalAlpha = 1;
  mark(context, layer, at, found, (channel) => edges(tiles, channel, sharp), sharp);
}

/** A map's edges in the canvas' pixels. @param {import("../../lib/network/tiles.js").Tiles} tiles @param {number} channel @param {number} sharp */
function edges(tiles, channel, sharp) {
  const { x, y } = placeOf(tiles, channel);
  return [x, y, x + tiles.width, y + tiles.height].map((edge) => Math.round(edge * sharp));
}

/** @param {CanvasRenderingContext2D} context @param {Layer} layer @param {number} at @param {Found} found @param {(channel: number) => number[]} edges @param {number} sharp */
function mark(context, layer, at, { cell, window }, edges, sharp) {
  const [x, y, right, bottom] = edges(cell.channel);
  const [wide, tall] = [(right - x) / layer.width, (bottom - y) / layer.height];
  const box = (/** @type {number} */ row, /** @type {number} */ column, /** @type {number} */ rows, /** @type {number} */ columns, /** @type {number} */ thick) => {
    const edge = [x + column * wide, y + row * tall, columns * wide, rows * tall];
    for (const [style, width] of /** @type {const} */ ([["#ffffff", thick + 2], ["#ff5b38", thick]])) {
      context.strokeStyle = style;
      context.lineWidth = width * sharp;
      context.strokeRect(edge[0], edge[1], edge[2], edge[3]);
    }
  };
  if (at === cell.layer) box(cell.row, cell.column, 1, 1, 2);
  if (at !== cell.layer - 1 || !window) return;
  const [rows, columns] = window.kernelSize;
  const [down, across] = window.step;
  box(window.origin[0], window.origin[1], (rows - 1) * down + 1, (columns - 1) * across + 1, 2);
  if (window.winner === null) return;
  context.fillStyle = "#ff5b38";
  const [row, column] = [Math.floor(window.winner / layer.width), window.winner % layer.width];
  const dot = Math.max(2 * sharp, Math.min(wide, tall) * 0.25);
  context.fillRect(x + (column + 0.5) * wide - dot / 2, y + (row + 0.5) * tall - dot / 2, dot, dot);
}
