// What is marked on a stage: the cell pointed at, the window it is made of, the cells that read it.
import { CHANNELS } from "./colours.js";
import { drawGhost, drawHatched, drawMark, drawShare, drawTag } from "./draw.js";
import { receptive } from "./reach.js";

/** @typedef {import("./viewport.js").Placed} Placed */
/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {{ mark: string, accent: string, muted: string }} Inks */

/** From this size of a cell on, each gets its share. */
const SHARES_FROM = 14;

/** What padding counts as. @param {import("./layers.js").Layer} layer */
function padText({ kind, options }) {
  if (kind === "filter") return options.border === "zero" ? "0" : "";
  if (["max", "max-blur"].includes(options.method)) return "−∞";
  if (options.method === "min") return "∞";
  return options.method === "average" && options.countIncludePad ? "0" : "–";
}

/**
 * Padding and overhang around a stage, and its rows and columns that no window of the next layer reads.
 * @param {CanvasRenderingContext2D} context @param {Placed} at @param {Stage} stage @param {Stage | undefined} next @param {import("./layers.js").Layer | undefined} layer @param {Inks} inks
 */
export function drawEdges(context, at, { shape: [, height, width] }, next, layer, inks) {
  if (!next?.axes || !layer) return;
  const [down, across] = next.axes;
  const hatch = (/** @type {import("./maps.js").Rect} */ rect) => drawHatched(context, at, rect, inks.mark);
  // A stride beyond the window leaves gaps everywhere: hatched one by one they would hide a picture.
  if (at.size >= 4 || down.unread.length <= 4) for (const row of down.unread) hatch({ top: row, left: 0, height: 1, width });
  if (at.size >= 4 || across.unread.length <= 4) for (const column of across.unread) hatch({ top: 0, left: column, height, width: 1 });
  if (at.size < 8) return;
  const text = padText(layer);
  const [top, bottom] = [-down.padding[0], height + down.padding[1] + down.overhang];
  const [left, right] = [-across.padding[0], width + across.padding[1] + across.overhang];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      if (row >= 0 && row < height && column >= 0 && column < width) continue;
      const hanging = row >= height + down.padding[1] || column >= width + across.padding[1];
      drawGhost(context, at, { row, column }, inks.muted, hanging ? "·" : text);
    }
  }
}

/** The winner; of a picture in colour that of each plane, with the letters of the planes whose winner it is. @param {CanvasRenderingContext2D} context @param {Placed} at @param {Answer["each"]} each @param {(flat: number) => { row: number, column: number }} place @param {Inks} inks */
function drawWinners(context, at, each, place, inks) {
  /** @type {Map<number, number[]>} */
  const won = new Map();
  for (const { plane, winner } of each) if (winner !== null) won.set(winner, [...(won.get(winner) ?? []), plane]);
  for (const [winner, planes] of won) {
    const { row, column } = place(winner);
    const ink = each.length > 1 && planes.length === 1 ? CHANNELS[planes[0]].ink : inks.accent;
    drawMark(context, at, { top: row + 0.09, left: column + 0.09, height: 0.82, width: 0.82 }, ink, 2);
  }
  // Above all outlines.
  if (each.length > 1) for (const [winner, planes] of won) drawTag(context, at, place(winner), planes.map((plane) => CHANNELS[plane].letter).join(""), planes.length === 1 ? CHANNELS[planes[0]].ink : "#06202a");
}

/**
 * @param {CanvasRenderingContext2D} context @param {Placed} at @param {number} number  of the stage @param {readonly Stage[]} stages @param {Answer} answer @param {Inks} inks
 */
export function drawAnswer(context, at, number, stages, { cell, window, each, readers }, inks) {
  const width = stages[number].shape[2];
  const place = (/** @type {number} */ flat) => ({ row: Math.floor(flat / width), column: flat % width });
  if (number === cell.stage) return drawMark(context, at, { top: cell.row, left: cell.column, height: 1, width: 1 }, inks.mark);
  if (number < cell.stage - 1) {
    const seen = receptive(stages, cell).get(number);
    if (seen) drawMark(context, at, seen, inks.mark, 1.5);
  }
  if (number === cell.stage - 1 && window) {
    if (at.size >= SHARES_FROM) {
      for (const { flat, share } of window.taps) if (flat !== null && share !== 0) drawShare(context, at, place(flat), share, inks.mark);
    }
    if (window.rect.height > 0) drawMark(context, at, window.rect, inks.mark);
    if (at.size >= 8) drawWinners(context, at, each, place, inks);
  }
  if (number === cell.stage + 1 && readers) {
    for (const { flat, share } of readers) {
      const { row, column } = place(flat);
      drawMark(context, at, { top: row, left: column, height: 1, width: 1 }, inks.accent, share === 0 ? 1 : 2.5);
      if (at.size >= SHARES_FROM && share !== 0) drawShare(context, at, { row, column }, share, inks.accent);
    }
  }
}
