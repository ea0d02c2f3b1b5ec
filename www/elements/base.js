// What the page's elements share: their markup is set once, then they render from the page's state alone.
import { page } from "../lib/state.js";

/** @typedef {import("../lib/state.js").Page} Page */

export class PageElement extends HTMLElement {
  /** The parts of the state this element shows. @type {readonly (keyof Page)[]} */
  static keys = [];
  static markup = "";
  #stop = () => {};
  #built = false;

  connectedCallback() {
    const { keys, markup } = /** @type {typeof PageElement} */ (this.constructor);
    if (!this.#built) {
      this.innerHTML = markup;
      this.built();
      this.#built = true;
    }
    this.#stop = page.watch(keys, (state) => this.render(state));
  }

  disconnectedCallback() {
    this.#stop();
  }

  /** Called once, when the markup is there: the place for listeners. */
  built() {}

  /** Shows the state. @param {Page} _state */
  render(_state) {}

  /**
   * The element of the markup that `selector` names.
   * @template {HTMLElement} [T=HTMLElement]
   * @param {string} selector
   * @returns {T}
   */
  find(selector) {
    const found = this.querySelector(selector);
    if (!found) throw new Error(`${this.localName} has no ${selector}`);
    return /** @type {T} */ (found);
  }
}

/**
 * Draws a picture on a canvas of its size.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData | import("../lib/pooling.js").Pieces} image
 */
export function paint(canvas, image) {
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  const context = canvas.getContext("2d");
  for (const piece of "pieces" in image ? image.pieces : [{ image, top: 0 }]) context?.putImageData(piece.image, 0, piece.top);
}
