import { scaleText } from "../lib/words.js";

/** A legend: the colours of a map from its least value to its greatest. Attributes `min` and `max`, property `palette`. */
export class PoolColorScale extends HTMLElement {
  static observedAttributes = ["min", "max"];
  /** @type {Uint8Array | null} */ #palette = null;

  /** 256 × RGBA, from the core. @param {Uint8Array} palette */
  set palette(palette) {
    this.#palette = palette;
    this.#render();
  }

  connectedCallback() {
    this.innerHTML = `<span></span><canvas width="256" height="1" aria-hidden="true"></canvas><span></span>`;
    this.#render();
  }

  attributeChangedCallback() {
    this.#render();
  }

  #render() {
    const [least, canvas, most] = this.children;
    if (!(canvas instanceof HTMLCanvasElement)) return;
    least.textContent = scaleText(Number(this.getAttribute("min")));
    most.textContent = scaleText(Number(this.getAttribute("max")));
    if (this.#palette) canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(this.#palette), 256, 1), 0, 0);
  }
}
