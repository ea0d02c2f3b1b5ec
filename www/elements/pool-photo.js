import { settingOf } from "../lib/settings.js";
import { page } from "../lib/state.js";
import { stopPooling } from "../lib/pooling.js";
import { spanOf, windowOver } from "../lib/spans.js";
import { edgeText, runs, shapeText, timeText } from "../lib/words.js";
import { PageElement } from "./base.js";
import { paint } from "./element.js";

/** @typedef {import("./base.js").Page} Page */

/** Strips that no window reads are drawn up to this many; a stride beyond the window leaves more, which would hide the picture. */
const MOST_STRIPS = 4;
/** Screen readers hear the result once the visitor pauses, not at every step of a slider. */
const PAUSE = 700;

/** The photograph and its pooled version side by side, linked: each shows the window that the other one's pointer is on. */
export class PoolPhoto extends PageElement {
  static keys = /** @type {const} */ (["photo", "opening", "photoError", "pooled", "pooling", "refusal", "entry", "slow", "progress", "poolingsDone", "cell"]);
  static markup = `
    <div class="pair">
      <figure>
        <figcaption><b>Photograph</b><span class="shape" id="source-shape"></span></figcaption>
        <div class="stage"><canvas id="source" width="600" height="400" role="img" aria-label="The photograph"></canvas>
          <div class="strips" aria-hidden="true"></div><div class="mark" aria-hidden="true" hidden></div></div>
      </figure>
      <figure>
        <figcaption><b>Pooled</b><span id="stale">before this change</span><span class="shape" id="pooled-shape"></span></figcaption>
        <div class="stage" id="pooled-stage" tabindex="0" role="application" aria-label="Pooled picture" aria-describedby="pooled-keys"><canvas id="pooled" width="75" height="50"></canvas>
          <div class="mark" aria-hidden="true" hidden></div></div>
      </figure>
    </div>
    <p class="unseen" id="pooled-keys">The arrow keys move over the cells and tell what each window reads; with Shift ten cells at a time.</p>
    <div class="facts">
      <p class="message" id="other-error" role="alert"></p>
      <p class="shape" id="shapes"></p>
      <p id="edge"></p>
      <p class="time"><span id="time"></span><span id="working"><i aria-hidden="true"></i>Working…<span id="progress"></span> <button type="button" class="quiet" id="stop">Stop</button></span></p>
    </div>
    <p class="unseen" id="announcer" role="status"></p>`;
  #timer = 0;
  /** @type {Page["photo"]} */ #shownPhoto = null;
  /** @type {Page["pooled"]} */ #shownResult = null;

  built() {
    this.find("#stop").addEventListener("click", stopPooling);
    const stage = this.find("#pooled-stage");
    const source = this.find("#source");
    for (const kind of /** @type {const} */ (["pointermove", "pointerdown"])) {
      stage.addEventListener(kind, (event) => this.#pointOutput(event));
      source.addEventListener(kind, (event) => this.#pointInput(event));
    }
    stage.addEventListener("keydown", (event) => this.#step(event));
  }

  /** @param {PointerEvent} event */
  #pointOutput(event) {
    const { pooled } = page.value;
    if (!pooled) return;
    const { x, y } = fraction(event, this.find("#pooled"));
    page.set({ cell: { row: Math.floor(y * pooled.image.height), column: Math.floor(x * pooled.image.width) } });
  }

  /** @param {PointerEvent} event */
  #pointInput(event) {
    const { pooled, photo } = page.value;
    if (!pooled || pooled.photo !== photo) return;
    const { x, y } = fraction(event, this.find("#source"));
    const [down, across] = pooled.geometry.axes;
    const row = windowOver(down, Math.floor(y * photo.image.height));
    const column = windowOver(across, Math.floor(x * photo.image.width));
    if (row >= 0 && column >= 0) page.set({ cell: { row, column } });
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const { pooled, cell } = page.value;
    const step = event.shiftKey ? 10 : 1;
    const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] });
    const move = moves[event.key];
    if (!pooled || !move) return;
    event.preventDefault();
    const within = (/** @type {number} */ at, /** @type {number} */ length) => Math.max(0, Math.min(length - 1, at));
    page.set({ cell: { row: within(cell.row + move[0], pooled.image.height), column: within(cell.column + move[1], pooled.image.width) } });
  }

  /** @param {Page} state */
  render(state) {
    const { photo, pooled, cell } = state;
    if (photo && photo !== this.#shownPhoto) this.#showPhoto(photo);
    if (pooled && pooled !== this.#shownResult) this.#showResult(pooled);
    if (pooled) this.#mark(pooled, cell, pooled.photo === photo);
    this.#status(state);
  }

  /** @param {NonNullable<Page["photo"]>} photo */
  #showPhoto(photo) {
    this.#shownPhoto = photo;
    const source = /** @type {HTMLCanvasElement} */ (this.find("#source"));
    paint(source, photo.image);
    source.setAttribute("aria-label", `The photograph “${photo.title}”`);
    // Very long or flat pictures are shown within limits, so that neither the page nor the other picture vanishes.
    const ratio = Math.max(0.4, Math.min(3, photo.image.width / photo.image.height));
    this.style.setProperty("--ratio", String(ratio));
    this.find("#source-shape").textContent = `${photo.image.width} × ${photo.image.height} px`;
  }

  /** @param {NonNullable<Page["pooled"]>} pooled */
  #showResult(pooled) {
    this.#shownResult = pooled;
    paint(/** @type {HTMLCanvasElement} */ (this.find("#pooled")), pooled.image);
    this.find("#pooled-shape").textContent = `${pooled.image.width} × ${pooled.image.height} px`;
    const { height, width } = pooled.photo.image;
    const shapes = `${shapeText([3, height, width])} → ${shapeText(pooled.geometry.shape.slice(1))}`;
    const edge = edgeText(pooled.geometry);
    this.find("#shapes").textContent = shapes;
    this.find("#edge").textContent = edge;
    this.find("#time").textContent = `Pooled in ${timeText(pooled.milliseconds)}.`;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.find("#announcer").textContent = `${shapes.replaceAll("×", "by").replace("→", "becomes")}. ${edge}`), PAUSE);
  }

  /**
   * @param {NonNullable<Page["pooled"]>} pooled
   * @param {Page["cell"]} cell
   * @param {boolean} current  the result is of the photograph that is shown
   */
  #mark({ image, photo, geometry }, { row, column }, current) {
    const [sourceMark, pooledMark] = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".mark")]);
    pooledMark.hidden = false;
    place(pooledMark, image, { top: row, bottom: row, left: column, right: column });
    const [rows, columns] = [spanOf(geometry.axes[0], row), spanOf(geometry.axes[1], column)];
    sourceMark.hidden = !(current && rows && columns);
    if (rows && columns) place(sourceMark, photo.image, { top: rows.first, bottom: rows.last, left: columns.first, right: columns.last });
    const { width, height } = photo.image;
    const [down, across] = geometry.axes.map(({ unread }) => runs(unread));
    const strips = [
      ...(down.length > MOST_STRIPS ? [] : down.map(([top, length]) => ({ top, bottom: top + length - 1, left: 0, right: width - 1 }))),
      ...(across.length > MOST_STRIPS ? [] : across.map(([left, length]) => ({ top: 0, bottom: height - 1, left, right: left + length - 1 }))),
    ];
    const drawn = (current ? strips : []).map((area) => place(document.createElement("div"), photo.image, area));
    this.find(".strips").replaceChildren(...drawn);
  }

  /** @param {Page} state */
  #status({ photo, opening, photoError, pooled, pooling, refusal, entry, slow, progress, poolingsDone }) {
    const wrong = photoError !== null || refusal !== null || entry !== null;
    this.dataset.state = opening !== null || pooling === "working" ? "working" : wrong ? "error" : pooled ? "ready" : "working";
    this.dataset.finished = String(poolingsDone);
    // What is about one control is said beside it; the rest, as a core that does not start, here.
    this.find("#other-error").textContent = refusal && !settingOf(refusal.parameter) ? refusal.message : "";
    this.toggleAttribute("data-slow", slow);
    this.find("#progress").textContent = progress > 0 ? ` ${Math.floor(100 * progress)} %` : "";
    this.toggleAttribute("data-stale", pooled !== null && (refusal !== null || entry !== null || pooled.photo !== photo));
  }
}

/** Where in an element a pointer is, from 0 up to but not including 1. @param {PointerEvent} event @param {Element} element */
function fraction({ clientX, clientY }, element) {
  const box = element.getBoundingClientRect();
  const within = (/** @type {number} */ at) => Math.max(0, Math.min(0.999999, at));
  return { x: within((clientX - box.left) / box.width), y: within((clientY - box.top) / box.height) };
}

/**
 * Lays a box over an area of a picture, ends included.
 * @template {HTMLElement} T
 * @param {T} box
 * @param {{ width: number, height: number }} picture
 * @param {{ top: number, bottom: number, left: number, right: number }} area
 */
function place(box, { width, height }, { top, bottom, left, right }) {
  const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
  box.style.top = percent(top, height);
  box.style.left = percent(left, width);
  box.style.height = percent(bottom - top + 1, height);
  box.style.width = percent(right - left + 1, width);
  return box;
}
