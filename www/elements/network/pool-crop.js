import { setCrop, zoomCrop } from "../../lib/network/pictures.js";
import { page } from "../../lib/network/state.js";
import { NetworkElement } from "./base.js";

/** The photograph's width on the canvas, in canvas pixels. */
const WIDE = 640;
const STEP = 1 / 40;
const ZOOM = 1.15;

/** Chooses the square of the photograph that the network sees. */
export class PoolCrop extends NetworkElement {
  static keys = /** @type {const} */ (["photo", "crop"]);
  static markup = `
    <div class="crop-stage"><canvas id="crop-photo" aria-hidden="true"></canvas>
      <div id="crop" tabindex="0" role="application" aria-label="The part of the photograph that the network sees" aria-describedby="crop-keys"><i class="grip"></i></div></div>
    <div class="actions"><button type="button" id="crop-smaller">Smaller</button><button type="button" id="crop-larger">Larger</button></div>
    <p class="hint" id="crop-keys">Drag the square or its corner. By keyboard: arrow keys move it, + and − size it.</p>
    <p class="unseen" role="status" id="crop-said"></p>`;
  /** What the canvas shows. @type {ImageBitmap | null} */ #shown = null;
  /** @type {{ x: number, y: number, crop: import("../../lib/network/state.js").Crop, sizing: boolean } | null} */ #held = null;

  built() {
    const square = this.find("#crop");
    square.addEventListener("pointerdown", (event) => this.#take(event));
    square.addEventListener("pointermove", (event) => this.#drag(event));
    for (const kind of ["pointerup", "pointercancel"]) square.addEventListener(kind, () => (this.#held = null));
    square.addEventListener("keydown", (event) => this.#key(event));
    this.find("#crop-smaller").addEventListener("click", () => zoomCrop(1 / ZOOM));
    this.find("#crop-larger").addEventListener("click", () => zoomCrop(ZOOM));
  }

  /** @param {PointerEvent} event */
  #take(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const square = this.find("#crop");
    square.focus({ preventScroll: true });
    square.setPointerCapture(event.pointerId);
    const sizing = /** @type {Element} */ (event.target).matches(".grip");
    this.#held = { x: event.clientX, y: event.clientY, crop: page.value.crop, sizing };
  }

  /** @param {PointerEvent} event */
  #drag({ clientX, clientY }) {
    const { photo } = page.value;
    if (!this.#held || !photo) return;
    const { x, y, crop, sizing } = this.#held;
    const scale = photo.picture.width / this.find("#crop-photo").getBoundingClientRect().width;
    const [right, down] = [(clientX - x) * scale, (clientY - y) * scale];
    if (!sizing) return setCrop({ x: crop.x + right, y: crop.y + down });
    // The far corner follows as far as there is room on both sides.
    const room = Math.min(photo.picture.width - crop.x, photo.picture.height - crop.y);
    setCrop({ x: crop.x, y: crop.y, size: Math.min(room, crop.size + (right + down) / 2) });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { crop, photo } = page.value;
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    const zoom = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM, "−": 1 / ZOOM }[event.key];
    if (!photo || event.ctrlKey || event.metaKey || event.altKey || !(move || zoom)) return;
    event.preventDefault();
    const far = Math.max(1, crop.size * STEP) * (event.shiftKey ? 5 : 1);
    if (move) setCrop({ x: crop.x + move[0] * far, y: crop.y + move[1] * far });
    else zoomCrop(zoom ?? 1);
    const now = page.value.crop;
    this.find("#crop-said").textContent = `${now.size} pixels a side, from row ${now.y + 1}, column ${now.x + 1}`;
  }

  /** @param {import("./base.js").Page} state */
  render({ photo, crop }) {
    if (!photo) return;
    const { picture } = photo;
    if (picture !== this.#shown) {
      this.#shown = picture;
      const canvas = /** @type {HTMLCanvasElement} */ (this.find("#crop-photo"));
      canvas.width = Math.min(WIDE, picture.width);
      canvas.height = Math.max(1, Math.round((canvas.width * picture.height) / picture.width));
      canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    }
    const { style } = this.find("#crop");
    style.left = `${(100 * crop.x) / picture.width}%`;
    style.top = `${(100 * crop.y) / picture.height}%`;
    style.width = `${(100 * crop.size) / picture.width}%`;
    style.height = `${(100 * crop.size) / picture.height}%`;
  }
}
