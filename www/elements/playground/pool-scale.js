import { scaleOf } from "../../lib/playground/colours.js";
import { short } from "../../lib/playground/draw.js";
import { ask } from "../../lib/playground/run.js";
import { scaleText } from "../../lib/words.js";
import { PlayElement } from "./base.js";

/** The colours of the maps, once they were asked for. @type {Map<string, Promise<Uint8Array | null>>} */
const palettes = new Map();

/** @param {import("../../lib/core.js").ColorMap} map */
function palette(map) {
  if (!palettes.has(map)) palettes.set(map, ask(`palette ${map}`, "palette", { map }));
  return /** @type {Promise<Uint8Array | null>} */ (palettes.get(map));
}

/** A stage's legend: its colours from the least value to the greatest. */
export class PoolScale extends PlayElement {
  static keys = /** @type {const} */ (["stages", "colours", "version"]);
  static markup = `<span></span><canvas width="256" height="1" aria-hidden="true"></canvas><span></span>`;
  #shown = "";

  /** @param {import("./base.js").Playground} state */
  async render(state) {
    const at = Number(this.getAttribute("stage"));
    if (!state.stages[at]) return;
    const { map, low, high } = scaleOf(state, at);
    const [least, canvas, most] = this.children;
    // What is next to nothing beside the other end is 0 to the eye.
    const text = (/** @type {number} */ value) => (Math.abs(value) < 1e-3 * (high - low) ? "0" : Math.abs(value) >= 1e5 ? short(value) : scaleText(value).replace("-", "−").replace(/\.0$/, ""));
    least.textContent = text(low);
    most.textContent = text(high);
    if (!(canvas instanceof HTMLCanvasElement) || this.#shown === map) return;
    this.#shown = map;
    const colours = await palette(map).catch(() => null);
    if (colours) canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(colours), 256, 1), 0, 0);
    else this.#shown = "";
  }
}
