import { isDark } from "../../lib/playground/colours.js";
import { drawGhost, drawGrid, drawMark, drawNumbers, drawPicture } from "../../lib/playground/draw.js";
import { NUMBERS_FROM, under } from "../../lib/playground/viewport.js";

/** @typedef {import("../../lib/playground/panel-jobs.js").Picture} Picture */
/** @typedef {{ row: number, column: number }} Place */
/** @typedef {{ picture: Picture, cursor?: Place | null, marked?: readonly Place[], extent?: { height: number, width: number } }} Content  `extent`: where marks lie beyond the map, its cells with them */

/** Cells are this large at most, in CSS pixels; so that a map of a panel is as wide as its column at most. */
const LARGEST = 44;
const TALLEST = 420;

/**
 * A map of a panel on a canvas, with a cursor that pointer and keys move. It sends `point` where the cursor should go, and
 * `press` where a cell is clicked or Enter or the space bar pressed; `detail` has the place.
 */
export class PoolGrid extends HTMLElement {
  /** @type {Content | null} */ #content = null;
  /** @type {HTMLCanvasElement | null} */ #canvas = null;
  /** @type {OffscreenCanvas | null} */ #picture = null;
  #size = 0;

  connectedCallback() {
    if (this.#canvas) return;
    this.innerHTML = `<canvas></canvas>`;
    this.#canvas = this.querySelector("canvas");
    new ResizeObserver(() => this.#draw()).observe(this);
    if (!this.hasAttribute("still")) this.#listen();
    else this.setAttribute("role", "img");
    if (this.#content) this.#draw();
  }

  #listen() {
    this.tabIndex = 0;
    this.setAttribute("role", "application");
    this.addEventListener("click", (event) => {
      const box = this.#canvas?.getBoundingClientRect();
      const picture = this.#content?.picture;
      if (!box || !picture) return;
      const at = under({ size: this.#size, left: 0, top: 0 }, picture, event.clientX - box.left, event.clientY - box.top);
      if (at) this.#send("press", at);
    });
    this.addEventListener("keydown", (event) => {
      const content = this.#content;
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      const at = content?.cursor ?? { row: 0, column: 0 };
      if (event.key === "Enter" || event.key === " " || event.key === "Delete") this.#send(event.key === "Delete" ? "clear" : "press", at);
      else if (step && content) {
        const far = event.shiftKey ? 10 : 1;
        const within = (/** @type {number} */ value, /** @type {number} */ cells) => Math.max(0, Math.min(cells - 1, value));
        this.#send("point", { row: within(at.row + far * step[0], content.picture.height), column: within(at.column + far * step[1], content.picture.width) });
      } else return;
      event.preventDefault();
    });
  }

  /** @param {string} name @param {Place} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {Content} content */
  show(content) {
    if (this.#content?.picture !== content.picture) {
      const { image } = content.picture;
      this.#picture = new OffscreenCanvas(image.width, image.height);
      this.#picture.getContext("2d")?.putImageData(image, 0, 0);
    }
    this.#content = content;
    this.#draw();
  }

  #draw() {
    const canvas = this.#canvas;
    if (!this.#content || !this.#picture || !canvas || this.clientWidth === 0) return;
    const { picture, cursor, marked = [], extent = picture } = this.#content;
    const { height, width, image, values } = picture;
    const size = (this.#size = Math.min(LARGEST, this.clientWidth / extent.width, Math.max(TALLEST / extent.height, 1 / devicePixelRatio)));
    const ratio = devicePixelRatio;
    const [wide, tall] = [Math.round(extent.width * size * ratio), Math.round(extent.height * size * ratio)];
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== tall) canvas.height = tall;
    canvas.style.width = `${wide / ratio}px`;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, tall);
    const at = { size, left: 0, top: 0 };
    const rect = { top: 0, left: 0, height, width };
    drawPicture(context, at, rect, this.#picture);
    if (size >= 12) drawGrid(context, at, rect, "#7f9aa380");
    if (size >= NUMBERS_FROM && values) drawNumbers(context, at, { image, rect, values: [values] }, (row, column) => isDark(image.data, row * width + column));
    const { color } = getComputedStyle(this);
    for (const { row, column } of marked) {
      if (row >= height || column >= width) drawGhost(context, at, { row, column }, color, "–");
      drawMark(context, at, { top: row + 0.06, left: column + 0.06, height: 0.88, width: 0.88 }, "#ff5b38", size >= 12 ? 2 : 1);
    }
    if (cursor) drawMark(context, at, { top: cursor.row, left: cursor.column, height: 1, width: 1 }, "#ff5b38", 2);
  }
}
