// What the elements of every page share: their markup is set once, then they render from their page's state alone.

/**
 * The base of the elements that show one store.
 * @template {object} T
 * @param {ReturnType<typeof import("../lib/store.js").createStore<T>>} store
 */
export function elementOf(store) {
  return class StoreElement extends HTMLElement {
    /** The parts of the state this element shows. @type {readonly (keyof T)[]} */
    static keys = [];
    static markup = "";
    #stop = () => {};
    #built = false;

    connectedCallback() {
      const { keys, markup } = /** @type {typeof StoreElement} */ (this.constructor);
      if (!this.#built) {
        this.innerHTML = markup;
        this.built();
        this.#built = true;
      }
      this.#stop = store.watch(keys, (state) => this.render(state));
    }

    disconnectedCallback() {
      this.#stop();
    }

    /** Called once, when the markup is there: the place for listeners. */
    built() {}

    /** Shows the state. @param {T} _state */
    render(_state) {}

    /**
     * The element of the markup that `selector` names.
     * @template {HTMLElement} [E=HTMLElement]
     * @param {string} selector
     * @returns {E}
     */
    find(selector) {
      const found = this.querySelector(selector);
      if (!found) throw new Error(`${this.localName} has no ${selector}`);
      return /** @type {E} */ (found);
    }
  };
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
