// Draws a stage on a canvas: cells with their numbers, padding as ghosts, windows and winners. Sizes are in CSS pixels.

/** @typedef {import("./viewport.js").Placed} Placed */
/** @typedef {import("./maps.js").Rect} Rect */
/** @typedef {{ image: ImageData, rect: Rect, values: Float32Array[] | null }} Look */

/** A number as short as a cell has room for. @param {number} value */
export function short(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return minus(String(value));
  const size = Math.abs(value);
  if (size >= 1e5 || size < 0.001) return minus(value.toExponential(0).replace("e+", "e"));
  return minus(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace(/^(-?)0\./, "$1.").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""));
}
const minus = (/** @type {string} */ text) => text.replace("-", "−");

/** Where cells lie on the canvas. @param {Placed} at @param {Rect} rect @returns {[number, number, number, number]} */
const box = ({ size, left, top }, rect) => [left + rect.left * size, top + rect.top * size, rect.width * size, rect.height * size];

/** @param {CanvasRenderingContext2D} context @param {Placed} at @param {Rect} rect @param {CanvasImageSource} picture */
export function drawPicture(context, at, rect, picture) {
  context.imageSmoothingEnabled = at.size < 1;
  context.drawImage(picture, ...box(at, rect));
}

/** Lines between the cells. @param {CanvasRenderingContext2D} context @param {Placed} at @param {Rect} rect @param {string} colour */
export function drawGrid(context, at, rect, colour) {
  const [left, top, width, height] = box(at, rect);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 0; row <= rect.height; row++) {
    context.moveTo(left, top + row * at.size);
    context.lineTo(left + width, top + row * at.size);
  }
  for (let column = 0; column <= rect.width; column++) {
    context.moveTo(left + column * at.size, top);
    context.lineTo(left + column * at.size, top + height);
  }
  context.stroke();
}

/**
 * Each cell's number, in the ink that shows on its colour; three planes below each other.
 * @param {CanvasRenderingContext2D} context @param {Placed} at @param {Look} look @param {(row: number, column: number) => boolean | null} dark  whether the cell's ground is dark; null where it has none @param {string} [bare]  the ink there
 */
export function drawNumbers(context, at, { rect, values }, dark, bare = "#808080") {
  if (!values) return;
  const lines = values.length;
  const font = at.size / (lines === 1 ? 2.6 : 4);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const face = getComputedStyle(document.documentElement).getPropertyValue("--mono");
  context.font = `600 ${font}px ${face}`;
  for (let row = 0; row < rect.height; row++) {
    for (let column = 0; column < rect.width; column++) {
      const onDark = dark(row, column);
      const x = at.left + (rect.left + column + 0.5) * at.size;
      const y = at.top + (rect.top + row + 0.5) * at.size;
      for (let line = 0; line < lines; line++) {
        context.fillStyle = onDark === null ? bare : lines === 1 ? (onDark ? "#fff" : "#06202a") : (onDark ? ["#ffb4a6", "#b6f3bd", "#bcd4ff"] : ["#7a0c00", "#00471a", "#0a2a80"])[line];
        context.fillText(short(values[line][row * rect.width + column]), x, y + (line - (lines - 1) / 2) * font * 1.15, at.size - 3);
      }
    }
  }
}

/** Rows and columns that no window reads. @param {CanvasRenderingContext2D} context @param {Placed} at @param {Rect} rect @param {string} colour */
export function drawHatched(context, at, rect, colour) {
  const [left, top, width, height] = box(at, rect);
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.globalAlpha = 0.6;
  context.lineWidth = 1.25;
  context.beginPath();
  for (let x = left - height; x < left + width; x += 9) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

/** A cell of the padding: dashed, with what it counts as. @param {CanvasRenderingContext2D} context @param {Placed} at @param {{ row: number, column: number }} cell @param {string} colour @param {string} text */
export function drawGhost(context, at, { row, column }, colour, text) {
  const x = at.left + column * at.size;
  const y = at.top + row * at.size;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.strokeRect(x + 1.5, y + 1.5, at.size - 3, at.size - 3);
  context.setLineDash([]);
  if (at.size < 18) return;
  context.fillStyle = colour;
  context.font = `${at.size / 3}px ${getComputedStyle(document.documentElement).getPropertyValue("--mono")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + at.size / 2, y + at.size / 2, at.size - 4);
}

/** An outline that shows on every ground. @param {CanvasRenderingContext2D} context @param {Placed} at @param {Rect} rect @param {string} colour @param {number} [width] */
export function drawMark(context, at, rect, colour, width = 3) {
  const [left, top, wide, tall] = box(at, rect);
  const [w, h] = [Math.max(wide, 6), Math.max(tall, 6)];
  const [x, y] = [left - (w - wide) / 2, top - (h - tall) / 2];
  context.lineJoin = "round";
  for (const [line, ink] of /** @type {const} */ ([[width + 4, "#0008"], [width + 2.5, "#fff"], [width, colour]])) {
    context.lineWidth = line;
    context.strokeStyle = ink;
    context.strokeRect(x, y, w, h);
  }
}

/** Letters at a cell's upper corner; above it where the cell is small. @param {CanvasRenderingContext2D} context @param {Placed} at @param {{ row: number, column: number }} cell @param {string} text @param {string} colour */
export function drawTag(context, at, { row, column }, text, colour) {
  const [height, width] = [13, 5 + 8 * text.length];
  const x = at.left + column * at.size + (at.size >= 26 ? 1 : (at.size - width) / 2);
  const y = at.top + row * at.size + (at.size >= 26 ? 1 : -height - 1);
  context.fillStyle = "#fff";
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x, y, width, height, 3);
  context.fill();
  context.stroke();
  context.fillStyle = colour;
  context.font = `700 10px ${getComputedStyle(document.documentElement).getPropertyValue("--mono")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + width / 2, y + height / 2 + 0.5);
}

/** A cell's part in a result, as a bar at its foot. @param {CanvasRenderingContext2D} context @param {Placed} at @param {{ row: number, column: number }} cell @param {number} share @param {string} colour */
export function drawShare(context, at, { row, column }, share, colour) {
  const height = Math.max(3, at.size * 0.1);
  const x = at.left + column * at.size + 2;
  const y = at.top + (row + 1) * at.size - height - 2;
  context.fillStyle = "#0007";
  context.fillRect(x, y, at.size - 4, height);
  context.fillStyle = share < 0 ? "#fff" : colour;
  context.fillRect(x, y, (at.size - 4) * Math.min(1, Math.abs(share)), height);
}
