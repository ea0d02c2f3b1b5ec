import { spanText } from "../lib/words.js";
import { PageElement } from "./base.js";

/** @typedef {NonNullable<import("./base.js").Page["pooled"]>} Pooled */

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
    const { image, rows, columns, settings } = pooled;
    const [red, green, blue, alpha] = image.data.subarray(4 * (row * image.width + column));
    const area = { top: rows.first[row], bottom: rows.last[row], left: columns.first[column], right: columns.last[column] };
    this.#magnify(pooled, area);
    this.find("#window-colour").style.backgroundColor = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
    this.find("#window-cell").textContent =
      `Output cell in row ${row + 1}, column ${column + 1} reads ${spanText(area.top, area.bottom, 0)} and ${spanText(area.left, area.right, 1)}.`;
    this.find("#window-value").textContent = `R ${red}  G ${green}  B ${blue}`;
    const gaps = settings.windows === "sliding" && settings.dilation > 1 ? ` Dilated: only every ${settings.dilation}th row and column of it is read.` : "";
    this.find("#window-hint").textContent = HINTS[settings.method] + gaps.replace("2th", "2nd").replace("3th", "3rd");
  }

  /** @param {Pooled} pooled @param {{ top: number, bottom: number, left: number, right: number }} area */
  #magnify({ photo }, { top, bottom, left, right }) {
    const context = /** @type {HTMLCanvasElement} */ (this.find("#window")).getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, SIDE, SIDE);
    const [width, height] = [right - left + 1, bottom - top + 1];
    if (!(width > 0 && height > 0)) return; // a window that sees padding alone
    const pixels = new OffscreenCanvas(width, height);
    pixels.getContext("2d")?.putImageData(photo.image, -left, -top, left, top, width, height);
    const scale = SIDE / Math.max(width, height);
    context.imageSmoothingEnabled = false;
    context.drawImage(pixels, (SIDE - width * scale) / 2, (SIDE - height * scale) / 2, width * scale, height * scale);
  }
}
