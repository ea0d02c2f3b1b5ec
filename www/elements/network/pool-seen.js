import { moveBy, page } from "../../lib/network/state.js";
import { paint } from "../element.js";
import { NetworkElement } from "./base.js";

/** @type {Record<string, [number, number]>} */
const MOVES = { up: [-1, 0], left: [0, -1], right: [0, 1], down: [1, 0] };
const KEYS = /** @type {Record<string, string>} */ ({ ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right", ArrowDown: "down" });
/** Rows and columns of the patch that can be laid over the picture. */
const PATCH = 7;

/** What the network sees, and what can be done to it: moved pixel by pixel, with noise, partly covered. */
export class PoolSeen extends NetworkElement {
  static keys = /** @type {const} */ (["looked", "shift", "noise", "patch"]);
  static markup = `
    <h2 id="seen-title">What the network sees</h2>
    <div class="seen-stage" tabindex="0" role="application" aria-labelledby="seen-title" aria-describedby="seen-keys">
      <canvas id="seen" width="28" height="28"></canvas><i class="patch" hidden></i></div>
    <p class="hint" id="seen-keys"><span id="seen-size"></span> Arrow keys move it pixel by pixel.</p>
    <div class="mover"><div class="cross" role="group" aria-label="Move the picture by one pixel">${Object.keys(MOVES)
      .map((name) => `<button type="button" data-move="${name}" aria-label="Move ${name}">${{ up: "↑", left: "←", right: "→", down: "↓" }[name]}</button>`)
      .join("")}<button type="button" id="move-back" aria-label="Move back to the middle" disabled>•</button></div>
      <p id="moved" role="status"></p></div>
    <label class="slide"><span>Noise <output id="noise-value">0</output></span><input type="range" id="noise" min="0" max="1" step="0.05" value="0"></label>
    <div class="actions"><button type="button" id="noise-again" disabled>Other noise</button>
      <label class="tick"><input type="checkbox" id="cover-part"><span>Cover a part</span></label></div>`;
  #dragging = false;

  built() {
    const stage = this.find(".seen-stage");
    stage.addEventListener("keydown", (event) => {
      const move = MOVES[KEYS[event.key]];
      if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (event.shiftKey && page.value.patch) this.#movePatch(...move);
      else moveBy(...move);
    });
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !page.value.patch) return;
      event.preventDefault();
      stage.setPointerCapture(event.pointerId);
      this.#dragging = true;
      this.#putPatch(event);
    });
    stage.addEventListener("pointermove", (event) => this.#dragging && this.#putPatch(event));
    for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, () => (this.#dragging = false));
    this.addEventListener("click", ({ target }) => {
      const move = /** @type {Element} */ (target).closest("[data-move]")?.getAttribute("data-move");
      if (move) moveBy(...MOVES[move]);
    });
    this.find("#move-back").addEventListener("click", () => page.set({ shift: [0, 0] }));
    this.find("#noise").addEventListener("input", ({ target }) => page.set({ noise: /** @type {HTMLInputElement} */ (target).valueAsNumber }));
    this.find("#noise-again").addEventListener("click", () => page.set({ seed: page.value.seed + 1 }));
    this.find("#cover-part").addEventListener("change", ({ target }) => {
      page.set({ patch: /** @type {HTMLInputElement} */ (target).checked ? { place: [11, 11], size: PATCH } : null });
    });
  }

  /** @param {PointerEvent} event */
  #putPatch({ clientX, clientY }) {
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("#seen"));
    const box = canvas.getBoundingClientRect();
    const at = (/** @type {number} */ place, /** @type {number} */ from, /** @type {number} */ length, /** @type {number} */ cells) =>
      Math.max(0, Math.min(cells - PATCH, Math.round(((place - from) / length) * cells - PATCH / 2)));
    const place = /** @type {[number, number]} */ ([at(clientY, box.top, box.height, canvas.height), at(clientX, box.left, box.width, canvas.width)]);
    const [row, column] = page.value.patch?.place ?? [-1, -1];
    if (place[0] !== row || place[1] !== column) page.set({ patch: { place, size: PATCH } });
  }

  /** @param {number} down @param {number} across */
  #movePatch(down, across) {
    const { patch } = page.value;
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("#seen"));
    if (!patch) return;
    const within = (/** @type {number} */ at, /** @type {number} */ cells) => Math.max(0, Math.min(cells - PATCH, at));
    page.set({ patch: { ...patch, place: [within(patch.place[0] + down, canvas.height), within(patch.place[1] + across, canvas.width)] } });
  }

  /** @param {import("./base.js").Page} state */
  render({ looked, shift, noise, patch }) {
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("#seen"));
    if (looked?.seen) paint(canvas, looked.seen);
    else canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    this.find("#seen-size").textContent = `${canvas.height} × ${canvas.width} pixels.${patch ? " Drag the square, or Shift and arrow keys." : ""}`;
    const words = [amount(shift[0], "down", "up"), amount(shift[1], "right", "left")].filter(Boolean).join(", ");
    this.find("#moved").textContent = words ? `Moved ${words}` : "Not moved";
    /** @type {HTMLButtonElement} */ (this.find("#move-back")).disabled = !words;
    /** @type {HTMLInputElement} */ (this.find("#noise")).valueAsNumber = noise;
    this.find("#noise-value").textContent = noise === 0 ? "none" : `± ${noise.toFixed(2)}`;
    /** @type {HTMLButtonElement} */ (this.find("#noise-again")).disabled = noise === 0;
    /** @type {HTMLInputElement} */ (this.find("#cover-part")).checked = patch !== null;
    const square = this.find(".patch");
    square.hidden = !patch;
    if (!patch) return;
    square.style.top = `${(100 * patch.place[0]) / canvas.height}%`;
    square.style.left = `${(100 * patch.place[1]) / canvas.width}%`;
    square.style.width = `${(100 * patch.size) / canvas.width}%`;
    square.style.height = `${(100 * patch.size) / canvas.height}%`;
  }
}

/** @param {number} by @param {string} forth @param {string} back */
const amount = (by, forth, back) => (by === 0 ? "" : `${Math.abs(by)} ${by > 0 ? forth : back}`);
