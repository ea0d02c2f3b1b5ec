import { spanOf } from "../lib/spans.js";
import { spanText } from "../lib/words.js";
import { PageElement } from "./base.js";

/** @typedef {NonNullable<import("./base.js").Page["pooled"]>} Pooled */
/** @typedef {import("../lib/spans.js").Span} Span */

const SIDE = 144;
const HINTS = {
  max: "The brightest value of each colour in the window.",
  average: "The mean of each colour over the window.",
  lp: "The p-norm of each colour, drawn so that white stays white.",
};

/** One window under a magnifying glass: the pixels it reads, and the one colour it leaves. */
export class PoolWindow extends PageElement {
  static keys = /** @type {const} */ (["photo", "pooled", "cell"]);
  static markup = `
    <h2>One window, enlarged</h2>
    <div class="lens">
      <canvas id="window" width="${SIDE}" height="${SIDE}" role="img" aria-label="The window's pixels"></canvas>
      <span class="arrow" aria-hidden="true">→</span>
      <div class="swatch" id="window-colour" role="img" aria-label="The colour it leaves"></div>
      <div class="reading"><p id="window-cell" aria-live="polite"></p><p class="shape" id="window-value"></p><p class="hint" id="window-hint"></p></div>
    </div>`;

  /** @param {import("./base.js").Page} state */
  render({ photo, pooled, cell }) {
    if (!pooled || pooled.photo !== photo) return;
    const { row, column } = cell;
    const { image, geometry, settings } = pooled;
    const [down, across] = geometry.axes;
    const [rows, columns] = [spanOf(down, row), spanOf(across, column)];
    const { image: piece, top } = image.pieces.find(({ image, top }) => row < top + image.height) ?? image.pieces[0];
    const [red, green, blue, alpha] = piece.data.subarray(4 * ((row - top) * image.width + column));
    this.#magnify(pooled, rows, columns);
    this.find("#window-colour").style.backgroundColor = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
    this.find("#window-cell").textContent =
      `Output cell in row ${row + 1}, column ${column + 1} reads ${spanText(rows, 0)} and ${spanText(columns, 1)}.`;
    this.find("#window-value").textContent = `R ${red}  G ${green}  B ${blue}`;
    const gaps = down.step > 1 ? ` The pixels left dark are skipped: of each row and column it reads one in ${down.step}.` : "";
    this.find("#window-hint").textContent = HINTS[settings.method] + gaps;
  }

  /**
   * Draws the pixels that the window reads, each as a square; those that a dilation skips stay dark.
   * @param {Pooled} pooled
   * @param {Span | null} rows
   * @param {Span | null} columns
   */
  #magnify({ photo, geometry }, rows, columns) {
    const context = /** @type {HTMLCanvasElement} */ (this.find("#window")).getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, SIDE, SIDE);
    if (!rows || !columns) return; // it sees padding alone
    const [width, height] = [columns.last - columns.first + 1, rows.last - rows.first + 1];
    const pixels = new OffscreenCanvas(width, height);
    const read = pixels.getContext("2d");
    if (!read) return;
    const [down, across] = geometry.axes.map(({ step }) => step);
    read.fillRect(0, 0, width, height);
    if (down * across === 1) read.putImageData(photo.image, -columns.first, -rows.first, columns.first, rows.first, width, height);
    else
      for (let y = rows.first; y <= rows.last; y += down)
        for (let x = columns.first; x <= columns.last; x += across) read.putImageData(photo.image, -columns.first, -rows.first, x, y, 1, 1);
    const scale = SIDE / Math.max(width, height);
    context.imageSmoothingEnabled = false;
    context.drawImage(pixels, (SIDE - width * scale) / 2, (SIDE - height * scale) / 2, width * scale, height * scale);
  }
}
