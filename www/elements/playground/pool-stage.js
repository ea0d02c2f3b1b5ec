import { isDark, scaleOf } from "../../lib/playground/colours.js";
import { drawGrid, drawNumbers, drawPicture } from "../../lib/playground/draw.js";
import { drawAnswer, drawEdges } from "../../lib/playground/marks.js";
import { NUMBERS_FROM, placed, under, visible } from "../../lib/playground/viewport.js";
import { ask } from "../../lib/playground/run.js";
import { page } from "../../lib/playground/state.js";
import { handleStage } from "../../lib/playground/gestures.js";
import { PlayElement } from "./base.js";

/** @typedef {import("./base.js").Playground} Playground */
/** @typedef {import("../../lib/playground/draw.js").Look} Look */

/** One stage's map on a canvas. Its attribute `stage` is the stage's number. */
export class PoolStage extends PlayElement {
  static keys = /** @type {const} */ (["stages", "preview", "version", "colours", "viewport", "answer", "pointed", "brush"]);
  static markup = `<div class="map" tabindex="0" role="application" aria-describedby="map-keys"><canvas></canvas></div>`;
  /** @type {Look | null} */ #look = null;
  /** The look's picture, ready to be drawn. @type {OffscreenCanvas | null} */ #picture = null;
  /** What the look on its way, or here, was asked for. */
  #asked = "";
  /** The first look that is shown. @type {object | null} */ #glimpse = null;
  #frame = 0;
  /** @type {ResizeObserver | null} */ #sizes = null;

  get number() {
    return Number(this.getAttribute("stage"));
  }

  built() {
    handleStage(this, this.find(".map"));
    this.#sizes = new ResizeObserver(() => this.#due());
    this.#sizes.observe(this.find(".map"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#due());
  }

  /** The cell under a point of the window. @param {{ clientX: number, clientY: number }} event */
  cellAt({ clientX, clientY }) {
    const seen = this.seen(page.value);
    if (!seen) return null;
    const box = this.find(".map").getBoundingClientRect();
    return under(seen.at, seen.map, clientX - box.left, clientY - box.top);
  }

  /** How the stage lies in its box. @param {Playground} state */
  seen({ stages, viewport }) {
    const stage = stages[this.number];
    const { clientWidth: width, clientHeight: height } = this.find(".map");
    if (!stage || width === 0) return null;
    const next = stages[this.number + 1];
    const map = { height: stage.shape[1], width: stage.shape[2] };
    const margin = marginOf(next);
    return { stage, next, map, box: { width, height }, at: placed(map, margin, { width, height }, viewport) };
  }

  #due() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw(page.value));
  }

  /** @param {Playground} state */
  render(state) {
    const stage = state.stages[this.number];
    if (!stage) return;
    const map = this.find(".map");
    const glimpse = state.preview?.looks[this.number - state.preview.at] ?? null;
    if (glimpse && glimpse !== this.#glimpse) {
      this.#take(glimpse.look);
      this.dataset.previews = String(Number(this.dataset.previews ?? 0) + 1);
      if (this.#glimpse === null) this.dataset.cells = String(glimpse.cells);
    }
    this.#glimpse = glimpse;
    map.toggleAttribute("data-painting", this.number === 0 && state.brush !== null);
    map.toggleAttribute("data-near", state.viewport.zoom > 1);
    this.#due();
  }

  /** Asks for what is to be seen, unless it is here or on its way. @param {Playground} state @param {NonNullable<ReturnType<PoolStage["seen"]>>} seen */
  async #ask(state, { stage, map, box, at }) {
    // Older than what is shown, or on its way.
    if (state.preview && this.number >= state.preview.at) return;
    const rect = visible(at, map, box);
    const ratio = devicePixelRatio;
    const width = Math.max(1, Math.round(rect.width * at.size * ratio));
    const height = Math.max(1, Math.round(rect.height * at.size * ratio));
    const options = { stage: this.number, rect, width, height, ...scaleOf(state, this.number), numbers: at.size >= NUMBERS_FROM };
    const asked = JSON.stringify([options, stage.serial]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    const look = await ask(`look ${this.number}`, "look", options).catch(() => null);
    // One that a newer one replaced is asked for no more; one that was lost with the worker is asked for again.
    if (!look) return void (this.#asked === asked && (this.#asked = ""));
    this.#take(look);
    this.dataset.version = String(state.version);
  }

  /** @param {Look} look */
  #take(look) {
    this.#look = look;
    const picture = new OffscreenCanvas(look.image.width, look.image.height);
    picture.getContext("2d")?.putImageData(look.image, 0, 0);
    this.#picture = picture;
    this.#due();
  }

  /** @param {Playground} state */
  #draw(state) {
    const seen = this.seen(state);
    if (!seen) return;
    this.#ask(state, seen);
    const canvas = /** @type {HTMLCanvasElement} */ (this.find("canvas"));
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(seen.box.width * ratio), Math.round(seen.box.height * ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, seen.box.width, seen.box.height);
    const { at } = seen;
    const look = this.#look;
    const inks = inksOf(this.find(".map"));
    if (look && this.#picture) {
      drawPicture(context, at, look.rect, this.#picture);
      const { data: codes, width: across } = look.image;
      if (at.size >= 12) drawGrid(context, at, look.rect, "#7f9aa380");
      if (at.size >= NUMBERS_FROM) drawNumbers(context, at, look, (row, column) => isDark(codes, row * across + column), inks.muted);
    }
    const layer = state.shown?.stack[this.number];
    drawEdges(context, at, seen.stage, seen.next, layer, inks);
    // One about the result before stays until the newer comes: nothing flickers.
    if (state.answer) drawAnswer(context, at, this.number, state.stages, state.answer, inks);
  }
}

/** Cells around a map that the next layer's windows reach into. @param {import("../../lib/playground/state.js").Stage | undefined} next */
export function marginOf(next) {
  const [down, across] = next?.axes ?? [];
  if (!down || !across) return { top: 0, bottom: 0, left: 0, right: 0 };
  return { top: down.padding[0], bottom: down.padding[1] + down.overhang, left: across.padding[0], right: across.padding[1] + across.overhang };
}

/** The page's colours, as they are now: `.map` has them in properties that resolve light-dark(). @param {HTMLElement} map */
function inksOf(map) {
  const { color, caretColor } = getComputedStyle(map);
  return { mark: "#ff5b38", accent: caretColor, muted: color };
}
