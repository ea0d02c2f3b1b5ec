import { poolingOf } from "../../lib/network/catalogue.js";
import { moved, strongestOf } from "../../lib/network/cells.js";
import { page } from "../../lib/network/state.js";
import { cellUnder, tilesOf } from "../../lib/network/tiles.js";
import { costText, percent, titleOf, valueText } from "../../lib/network/words.js";
import { shapeText } from "../../lib/words.js";
import { PoolColorScale } from "../pool-color-scale.js";
import { NetworkElement } from "./base.js";
import { drawMaps } from "./maps.js";

/** @typedef {import("../../lib/network/worker.js").Layer} Layer */
/** @typedef {import("../../lib/network/worker.js").Looked} Looked */
/** @typedef {import("../../lib/network/state.js").Cell} Cell */
/** @typedef {{ canvas: HTMLCanvasElement, layer: Layer, cell: Cell } | null} Under */

/** Every layer of the network, or of both: its maps, of which every cell can be chosen. */
export class PoolLayers extends NetworkElement {
  static keys = /** @type {const} */ (["looked", "status", "done", "cell", "view"]);
  static markup = `
    <fieldset class="choice small views"><legend class="unseen">The layers show</legend>
      <label><input type="radio" name="view" value="found" id="view-found"><span>What each layer found</span></label>
      <label><input type="radio" name="view" value="path" id="view-path"><span>What led to the chosen cell</span></label></fieldset>
    <p class="hint" id="layers-empty">The layers appear here as soon as there is something to read.</p>
    <div class="heads" hidden></div>
    <div class="rows"></div>`;
  /** What the rows were made for. */ #made = "";
  #resized = new ResizeObserver(() => this.render(page.value));

  built() {
    this.find(".views").addEventListener("change", ({ target }) => {
      page.set({ view: /** @type {"found" | "path"} */ (/** @type {HTMLInputElement} */ (target).value) });
    });
    const rows = this.find(".rows");
    rows.addEventListener("pointermove", (event) => this.#point(event));
    rows.addEventListener("pointerleave", () => this.#read(null), true);
    rows.addEventListener("click", (event) => {
      const under = this.#under(event);
      if (under) page.set({ cell: under.cell });
    });
    rows.addEventListener("keydown", (event) => this.#key(event));
    this.#resized.observe(rows);
  }

  /** The cell under the pointer, in which canvas. @param {MouseEvent} event @returns {Under} */
  #under({ target, clientX, clientY }) {
    const canvas = target instanceof HTMLCanvasElement ? target : null;
    const layer = canvas && layerOf(canvas);
    if (!canvas || !layer) return null;
    const box = canvas.getBoundingClientRect();
    const cell = cellUnder(tilesOf(layer, room(canvas)), layer, { x: clientX - box.left, y: clientY - box.top });
    return cell && { canvas, layer, cell: { layer: Number(canvas.dataset.at), ...cell } };
  }

  /** @param {PointerEvent} event */
  #point(event) {
    this.#read(this.#under(event));
  }

  /** Says what is under the pointer. @param {Under} under */
  #read(under) {
    for (const line of this.querySelectorAll(".reading")) {
      const own = under && line.closest("figure")?.contains(under.canvas);
      const text = own ? reading(under.layer, under.cell) : "";
      if (line.textContent !== text) line.textContent = text;
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const canvas = event.target;
    const layer = canvas instanceof HTMLCanvasElement ? layerOf(canvas) : null;
    if (!layer || !(canvas instanceof HTMLCanvasElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = Number(canvas.dataset.at);
    /** @type {Record<string, [channel: number, row: number, column: number]>} */
    const moves = { ArrowLeft: [0, 0, -1], ArrowRight: [0, 0, 1], ArrowUp: [0, -1, 0], ArrowDown: [0, 1, 0], PageUp: [-1, 0, 0], PageDown: [1, 0, 0], Home: [-Infinity, 0, 0], End: [Infinity, 0, 0] };
    const move = moves[event.key] ?? (["Enter", " "].includes(event.key) ? [0, 0, 0] : null);
    if (!move) return;
    event.preventDefault();
    const { cell } = page.value;
    const own = cell?.layer === at ? cell : null;
    const from = own ?? strongestOf(at, layer.shape, layer.values);
    page.set({ cell: own ? moved(from, move, layer) : from });
  }

  /** @param {import("./base.js").Page} state */
  render({ looked, status, done, view }) {
    this.dataset.state = status;
    this.dataset.finished = String(done);
    for (const name of ["found", "path"]) /** @type {HTMLInputElement} */ (this.find(`#view-${name}`)).checked = view === name;
    const answers = looked?.answers ?? [];
    this.find("#layers-empty").hidden = answers.length > 0;
    this.toggleAttribute("data-faded", answers.length === 0);
    if (!looked || answers.length === 0) return;
    const made = answers.map(({ layers }) => layers.map(({ name, shape }) => `${name} ${shape}`)).join();
    const rows = this.find(".rows");
    if (made !== this.#made) {
      const most = Math.max(...answers.map(({ layers }) => layers.length));
      rows.replaceChildren(...Array.from({ length: most }, (_, at) => figure(answers, at)));
    }
    this.#made = made;
    const heads = this.find(".heads");
    heads.hidden = answers.length < 2;
    heads.replaceChildren(...answers.map((_, at) => head("AB"[at], poolingOf(looked.columns[at].pooling).title)));
    // All sizes are read before anything is written: a size read in between has the page laid out once a row.
    const rooms = new Map([...rows.querySelectorAll("canvas")].map((canvas) => [canvas, room(canvas)]));
    [...rows.children].forEach((row, at) => show(row, looked, at, view, rooms));
  }
}

/** @param {string} letter @param {string} title */
function head(letter, title) {
  const element = document.createElement("p");
  element.innerHTML = `<b class="letter">${letter}</b> `;
  element.append(title);
  return element;
}

/** The layer that a canvas shows. @param {HTMLCanvasElement} canvas */
function layerOf(canvas) {
  const answer = page.value.looked?.answers[Number(canvas.dataset.column) - 1];
  return answer?.layers[Number(canvas.dataset.at)] ?? null;
}

/** @param {HTMLCanvasElement} canvas */
const room = (canvas) => canvas.parentElement?.clientWidth ?? 0;

/** @param {Layer} layer @param {Cell} cell */
function reading(layer, { channel, row, column }) {
  const value = layer.values.at((channel * layer.height + row) * layer.width + column) ?? 0;
  if (layer.shape.length === 1) return `Number ${channel + 1}: ${valueText(value)}`;
  return `Map ${channel + 1}, row ${row + 1}, column ${column + 1}: ${valueText(value)}`;
}

/** @param {Looked["answers"]} answers @param {number} at */
function figure(answers, at) {
  const element = document.createElement("figure");
  const of = answers.find(({ layers }) => layers[at])?.layers ?? [];
  const { name, kind, shape } = of[at];
  element.className = "layer";
  Object.assign(element.dataset, { layer: name, kind });
  element.innerHTML = `<figcaption><h3></h3><p class="hint cost"></p><pool-color-scale></pool-color-scale><p class="hint along"></p><p class="reading" aria-hidden="true"></p></figcaption><div class="pair"></div>`;
  /** @type {HTMLElement} */ (element.querySelector("h3")).innerHTML = `${titleOf(of, at)} <span class="shape">${shapeText(shape)}</span>`;
  const canvases = answers.map(({ layers }, column) => {
    const frame = document.createElement("div");
    if (!layers[at]) return frame;
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    Object.assign(canvas.dataset, { at: String(at), column: String(column + 1) });
    canvas.setAttribute("role", "application");
    const which = answers.length > 1 ? ` of ${"AB"[column]}` : "";
    canvas.setAttribute("aria-label", `${titleOf(layers, at)}${which}, ${shapeText(layers[at].shape)}: arrow keys go from cell to cell, page up and down from map to map`);
    frame.append(canvas);
    return frame;
  });
  element.querySelector(".pair")?.append(...canvases);
  return element;
}

/** @param {Element} row @param {Looked} looked @param {number} at @param {"found" | "path"} view @param {Map<HTMLCanvasElement, number>} rooms */
function show(row, { answers, palettes }, at, view, rooms) {
  const present = answers.filter(({ layers }) => layers[at]);
  const { kind, min, max, signed } = present[0].layers[at];
  /** @type {HTMLElement} */ (row.querySelector(".cost")).textContent = [...new Set(present.map(({ layers }) => costText(layers[at])))].join(" / ");
  const scale = row.querySelector("pool-color-scale");
  const path = view === "path";
  if (scale instanceof PoolColorScale) {
    scale.setAttribute("min", String(min));
    scale.setAttribute("max", String(max));
    scale.palette = signed ? palettes.tide : palettes.deep;
    scale.hidden = path;
  }
  const along = present.map(({ layers }) => layers[at].moved);
  const moves = along.some((part) => part !== null);
  const stays = present[0].layers[at].shape.length === 1 ? "Stays the same" : "Moves along";
  /** @type {HTMLElement} */ (row.querySelector(".along")).textContent = moves ? `${stays}: ${along.map((part) => (part === null ? "–" : percent(part))).join(" · ")}` : "";
  row.toggleAttribute("data-pool", kind === "pool");
  row.querySelectorAll("canvas").forEach((canvas) => {
    const { layers, found } = answers[Number(canvas.dataset.column) - 1] ?? {};
    if (layers?.[at]) drawMaps(canvas, layers[at], at, found, { room: rooms.get(canvas) ?? 0, path });
  });
}
