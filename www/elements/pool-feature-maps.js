import { shapeText } from "../lib/words.js";
import { PageElement } from "./base.js";
import { PoolColorScale } from "./pool-color-scale.js";

/** @typedef {import("../lib/recogniser.js").Stage} Stage */
/** @typedef {import("../lib/recogniser.js").Layer} Layer */

/** Every pooling layer of the network: each channel's map before it, and below it the same map after. */
export class PoolFeatureMaps extends PageElement {
  static keys = /** @type {const} */ (["recognised"]);
  static markup = `<p class="hint" data-empty>The feature maps appear here as soon as something is drawn.</p>`;
  /** What the canvases were made for. */ #made = "";

  /** @param {import("./base.js").Page} state */
  render({ recognised }) {
    this.toggleAttribute("data-faded", !recognised);
    if (!recognised) return;
    const { stages, palette } = recognised;
    const made = stages.map(({ before, after }) => [before, after].map(describe)).join();
    if (made !== this.#made) this.replaceChildren(...stages.map(section));
    this.#made = made;
    stages.forEach((stage, at) => show(this.children[at], stage, palette));
  }
}

/** @param {Layer} layer */
const describe = ({ name, channels, height, width }) => `${name}, ${shapeText([channels, height, width])}`;

/** @param {Stage} stage @param {number} at */
function section({ before, after }, at) {
  const figure = document.createElement("figure");
  figure.className = "stage-maps";
  figure.dataset.layer = after.name;
  figure.innerHTML = `<figcaption><h3>Pooling layer ${at + 1}</h3><p class="key"></p><pool-color-scale></pool-color-scale></figcaption><div class="maps"></div>`;
  const key = /** @type {HTMLElement} */ (figure.querySelector(".key"));
  key.textContent = `Above: before it (${describe(before)}). Below: after it (${describe(after)}).`;
  const channels = Array.from({ length: after.channels }, () => {
    const pair = document.createElement("div");
    pair.append(...[before, after].map(mapCanvas));
    return pair;
  });
  const maps = /** @type {HTMLElement} */ (figure.querySelector(".maps"));
  maps.append(...channels);
  maps.style.setProperty("--wide", String(columns(after.channels, [16, 12, 10, 9, 8, 7, 6])));
  // On a phone a map of few cells is legible at half the size.
  maps.style.setProperty("--narrow", String(columns(after.channels, before.width > 16 ? [4, 5, 3] : [8, 6, 5, 4, 3])));
  return figure;
}

/** Columns that leave no row half empty, where there are such. @param {number} count @param {readonly number[]} choices */
const columns = (count, choices) => choices.find((choice) => count % choice === 0) ?? Math.min(count, choices[0]);

/** @param {Layer} layer */
function mapCanvas({ name, width, height }) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.dataset.layer = name;
  canvas.setAttribute("aria-hidden", "true"); // the caption says in words what a screen reader can use
  return canvas;
}

/** @param {Element} figure @param {Stage} stage @param {Uint8Array} palette */
function show(figure, { before, after, min, max }, palette) {
  const scale = figure.querySelector("pool-color-scale");
  if (scale instanceof PoolColorScale) {
    scale.setAttribute("min", String(min));
    scale.setAttribute("max", String(max));
    scale.palette = palette;
  }
  figure.querySelectorAll(".maps > div").forEach((pair, channel) => {
    [before, after].forEach(({ image, width, height }, at) => {
      const canvas = /** @type {HTMLCanvasElement} */ (pair.children[at]);
      // The layer's picture holds its maps one below the other: this one's part is moved to the top.
      canvas.getContext("2d")?.putImageData(image, 0, -channel * height, 0, channel * height, width, height);
    });
  });
}
