// The pad to draw a digit on, for any page: its strokes and pixels go into the page's state.
import { BLANK, draw, undoDrawing } from "../lib/drawing.js";
import { EXAMPLES, exampleStrokes } from "../lib/examples.js";
import { elementOf } from "./element.js";

/** @typedef {import("../lib/drawing.js").Stroke} Stroke */
/** @typedef {import("../lib/drawing.js").Drawing} Drawing */

/** The pad's own pixels a side: 16 for each of the network's 28. */
const SIDE = 448;
/** As thick as handwriting in the training set: about a twelfth of the digit's height. */
const WIDTH = 34;
/** What the pad shows until something is drawn or picked. */
const FIRST = "3";
/** The keyboard's pen moves by this. */
const STEP = 16;

/**
 * The base of a page's pad to draw a digit on with mouse, finger, pen or keys.
 * @template {import("../lib/drawing.js").Drawn} T
 * @param {ReturnType<typeof import("../lib/store.js").createStore<T>>} page
 */
export function padOf(page) {
  const store = /** @type {import("../lib/drawing.js").DrawnStore} */ (/** @type {unknown} */ (page));
  return class PadElement extends elementOf(page) {
    static keys = /** @type {readonly (keyof T)[]} */ (/** @type {(keyof import("../lib/drawing.js").Drawn)[]} */ (["drawing", "pastDrawings"]));
    static markup = `
      <div class="pad" id="pad-frame"><canvas id="pad" width="${SIDE}" height="${SIDE}" tabindex="0" role="application" aria-label="Pad to draw a digit on" aria-describedby="pad-keys"></canvas>
        <div class="pen" aria-hidden="true" hidden></div><p class="invitation" aria-hidden="true">Draw a digit here</p></div>
      <div class="actions"><button type="button" id="clear-pad">Clear</button><button type="button" id="undo-stroke">Undo</button></div>
      <p class="hint" id="pad-keys">By keyboard: arrow keys move the pen, space sets it down and lifts it, backspace undoes.</p>
      <div class="examples" role="group" aria-label="Digits to pick">${EXAMPLES.map(
        (digit) => `<button type="button" data-example="${digit}" aria-label="Example ${digit}" aria-pressed="false"><canvas width="64" height="64"></canvas></button>`,
      ).join("")}</div>
      <p class="unseen" role="status" id="pen-said"></p>`;
    /** The drawing as it was when the present stroke began. @type {Drawing} */ #before = BLANK;
    /** @type {Stroke | null} */ #stroke = null;
    #pen = { x: SIDE / 2, y: SIDE / 4, down: false };

    built() {
      const pad = this.find("#pad");
      pad.addEventListener("pointerdown", (event) => this.#begin(event));
      pad.addEventListener("pointermove", (event) => this.#go(event));
      for (const kind of ["pointerup", "pointercancel"]) pad.addEventListener(kind, () => this.#end());
      pad.addEventListener("keydown", (event) => this.#key(event));
      pad.addEventListener("blur", () => this.#lift());
      pad.addEventListener("focus", () => this.#showPen());
      this.find("#clear-pad").addEventListener("click", () => draw(store, BLANK));
      this.find("#undo-stroke").addEventListener("click", () => undoDrawing(store));
      this.#offerExamples();
      store.set({ drawing: { example: FIRST, strokes: exampleStrokes(FIRST, SIDE, WIDTH) } });
    }

    #offerExamples() {
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-example]"))) {
        const digit = String(button.dataset.example);
        const canvas = button.querySelector("canvas");
        if (canvas) drawStrokes(canvas, exampleStrokes(digit, canvas.width, canvas.width / 12));
        button.addEventListener("click", () => draw(store, { example: digit, strokes: exampleStrokes(digit, SIDE, WIDTH) }));
      }
    }

    /** @param {PointerEvent} event */
    #begin(event) {
      if (event.button !== 0) return;
      event.preventDefault();
      const pad = this.find("#pad");
      pad.focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      this.#lift();
      this.#startStroke(this.#point(event));
    }

    /** @param {PointerEvent} event */
    #go(event) {
      if (!this.#stroke || !this.find("#pad").hasPointerCapture(event.pointerId)) return;
      const between = event.getCoalescedEvents?.() ?? [];
      for (const point of between.length > 0 ? between : [event]) this.#stroke.points.push(this.#point(point));
      this.#show();
    }

    /** @param {Stroke["points"][number]} point */
    #startStroke(point) {
      const { drawing } = store.value;
      this.#before = drawing;
      this.#stroke = { points: [point] };
      this.#show();
    }

    /** A picked example gives way to the first stroke: the drawing is the visitor's. */
    #show() {
      if (!this.#stroke) return;
      const strokes = this.#before.example ? [] : this.#before.strokes;
      store.set({ drawing: { example: null, strokes: [...strokes, this.#stroke] } });
    }

    #end() {
      if (!this.#stroke) return;
      this.#stroke = null;
      store.set({ pastDrawings: [...store.value.pastDrawings, this.#before] });
    }

    /** @param {PointerEvent} event @returns {Stroke["points"][number]} */
    #point({ clientX, clientY, pointerType, pressure }) {
      const box = this.find("#pad").getBoundingClientRect();
      const width = pointerType === "pen" && pressure > 0 ? WIDTH * (0.6 + 0.8 * pressure) : WIDTH;
      return { x: ((clientX - box.left) / box.width) * SIDE, y: ((clientY - box.top) / box.height) * SIDE, width };
    }

    /** @param {KeyboardEvent} event */
    #key(event) {
      const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] });
      const move = moves[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey || !(move || [" ", "Enter", "Backspace", "Escape"].includes(event.key))) return;
      event.preventDefault();
      const pen = this.#pen;
      if (move) {
        pen.x = Math.max(0, Math.min(SIDE, pen.x + move[0]));
        pen.y = Math.max(0, Math.min(SIDE, pen.y + move[1]));
        if (pen.down) this.#stroke?.points.push({ x: pen.x, y: pen.y, width: WIDTH });
        this.#show();
      } else if (event.key === "Backspace") {
        this.#lift();
        undoDrawing(store);
      } else if (event.key === "Escape" || pen.down) this.#lift();
      else {
        pen.down = true;
        this.#startStroke({ x: pen.x, y: pen.y, width: WIDTH });
        this.find("#pen-said").textContent = "Pen down";
      }
      this.#showPen();
    }

    #lift() {
      if (this.#pen.down) {
        this.#pen.down = false;
        this.#end();
        this.find("#pen-said").textContent = "Pen up";
      }
      this.find(".pen").hidden = true;
    }

    #showPen() {
      const mark = this.find(".pen");
      mark.hidden = !this.find("#pad").matches(":focus-visible");
      mark.toggleAttribute("data-down", this.#pen.down);
      mark.style.left = `${(100 * this.#pen.x) / SIDE}%`;
      mark.style.top = `${(100 * this.#pen.y) / SIDE}%`;
    }

    /** The drawing that the pad shows. @type {Drawing | null} */ #shown = null;

    /** @param {T} state */
    render({ drawing, pastDrawings }) {
      if (drawing !== this.#shown) this.#paint((this.#shown = drawing));
      const blank = drawing.strokes.length === 0;
      this.toggleAttribute("data-blank", blank);
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-example]"))) {
        button.setAttribute("aria-pressed", String(button.dataset.example === drawing.example));
      }
      /** @type {HTMLButtonElement} */ (this.find("#clear-pad")).disabled = blank;
      /** @type {HTMLButtonElement} */ (this.find("#undo-stroke")).disabled = pastDrawings.length === 0;
    }

    /** Draws strokes as the network reads them, by their alpha, and hands the pixels on. @param {Drawing} drawing */
    #paint({ strokes }) {
      const context = drawStrokes(/** @type {HTMLCanvasElement} */ (this.find("#pad")), strokes);
      if (context) store.set({ ink: context.getImageData(0, 0, SIDE, SIDE) });
    }
  };
}

/** @param {HTMLCanvasElement} canvas @param {readonly Stroke[]} strokes */
function drawStrokes(canvas, strokes) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = getComputedStyle(canvas).color;
  for (const { points } of strokes) {
    let from = points[0];
    for (const to of points) {
      context.lineWidth = to.width;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
      from = to;
    }
  }
  return context;
}
