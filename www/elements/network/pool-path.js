import { networkOf, poolingOf } from "../../lib/network/catalogue.js";
import { moved } from "../../lib/network/cells.js";
import { page } from "../../lib/network/state.js";
import { percent, titleOf, valueText } from "../../lib/network/words.js";
import { PoolColorScale } from "../pool-color-scale.js";
import { NetworkElement } from "./base.js";

/** @typedef {import("../../lib/network/worker.js").Answer} Answer */
/** @typedef {import("../../lib/network/worker.js").Found} Found */

const PAUSE = 300;
/** Of a larger window only this many rows and columns are written out. */
const MOST = 4;

/** Where the buttons go: name, sign, and by how many maps, rows and columns. @type {readonly [string, string, [number, number, number]][]} */
const NUDGES = [
  ["Left", "←", [0, 0, -1]],
  ["Right", "→", [0, 0, 1]],
  ["Up", "↑", [0, -1, 0]],
  ["Down", "↓", [0, 1, 0]],
  ["Map before", "−", [-1, 0, 0]],
  ["Next map", "+", [1, 0, 0]],
];

/** What decided the chosen cell: its window with every value's share, and the way back to the pixels. */
export class PoolPath extends NetworkElement {
  static keys = /** @type {const} */ (["looked", "cell"]);
  static markup = `
    <h3 id="path-title">The chosen cell</h3>
    <p id="path-which" class="hint"></p>
    <div class="heats"></div>
    <pool-color-scale></pool-color-scale>
    <p id="path-sum" class="hint"></p>
    <div class="windows"></div>
    <div class="nudge" role="group" aria-label="Go on from the chosen cell">${NUDGES.map(
      ([name, sign]) => `<button type="button" data-nudge="${name}" aria-label="${name}">${sign}</button>`,
    ).join("")}</div>
    <div class="actions"><button type="button" id="strongest">Strongest cell</button></div>
    <details><summary>How the path is found</summary>
      <p class="hint">From the cell the slope goes back layer by layer: through a pooling window to the winner, or to every value by its share; through a ReLU where it was open; through a convolution by its weights. Each pixel is then coloured by its value times that slope (gradient × input): rust speaks for the cell, blue against it.</p></details>
    <p class="unseen" role="status" id="path-said"></p>`;
  #timer = 0;

  built() {
    this.find(".nudge").addEventListener("click", ({ target }) => {
      const name = /** @type {Element} */ (target).closest("[data-nudge]")?.getAttribute("data-nudge");
      const answer = page.value.looked?.answers[0];
      const by = NUDGES.find(([known]) => known === name)?.[2];
      if (by && answer) page.set({ cell: moved(page.value.cell ?? answer.found.cell, by, answer.layers[answer.found.cell.layer]) });
    });
    this.find("#strongest").addEventListener("click", () => page.set({ cell: null }));
  }

  /** @param {import("./base.js").Page} state */
  render({ looked, cell }) {
    const answers = looked?.answers ?? [];
    this.toggleAttribute("data-empty", answers.length === 0);
    /** @type {HTMLButtonElement} */ (this.find("#strongest")).disabled = cell === null;
    if (!looked || answers.length === 0) return;
    const which = answers.map(({ layers, found }) => place(layers, found));
    const same = new Set(which).size === 1;
    this.find("#path-which").textContent = same ? `${which[0]}${answers.length === 1 ? `: ${valueText(answers[0].found.value)}` : ""}` : which.map((text, at) => `${"AB"[at]}: ${text}`).join(". ");
    this.#showHeats(answers, looked.seen);
    const most = Math.max(...answers.map(({ found }) => found.most));
    const scale = this.querySelector("pool-color-scale");
    if (scale instanceof PoolColorScale && answers.length === 1) {
      scale.setAttribute("min", String(-most));
      scale.setAttribute("max", String(most));
      scale.palette = looked.palettes.tide;
    }
    /** @type {HTMLElement} */ (scale).hidden = answers.length > 1;
    this.find("#path-sum").textContent = answers.map(({ found }, at) => `${answers.length > 1 ? `${"AB"[at]}: ` : ""}${sum(found)}`).join(" ");
    this.find(".windows").replaceChildren(...answers.map(({ found }, at) => windowOf(found, poolingOf(looked.columns[at].pooling).title, answers.length > 1 ? "AB"[at] : "")));
    clearTimeout(this.#timer);
    const words = answers.map(({ layers, found }) => `${place(layers, found)}: ${valueText(found.value)}. ${winner(found)}`).join(" ");
    this.#timer = setTimeout(() => (this.find("#path-said").textContent = words), PAUSE);
  }

  /** @param {readonly Answer[]} answers @param {ImageData | null} seen */
  #showHeats(answers, seen) {
    const heats = this.find(".heats");
    if (heats.children.length !== answers.length) {
      heats.innerHTML = answers
        .map((_, at) => `<figure>${answers.length > 1 ? `<figcaption><b class="letter">${"AB"[at]}</b></figcaption>` : ""}<canvas id="heat-${at + 1}" role="img" aria-label="Where in the picture the cell’s value comes from${answers.length > 1 ? `, ${"AB"[at]}` : ""}"></canvas></figure>`)
        .join("");
    }
    answers.forEach(({ found }, at) => heat(/** @type {HTMLCanvasElement} */ (this.find(`#heat-${at + 1}`)), found.heat, seen, networkOf(page.value.network).takes === "digit"));
  }
}

/** Canvas pixels for each of the picture's. */
const SCALE = 10;
const scratch = new OffscreenCanvas(1, 1);

/** The contributions in colour, over a faint picture. @param {HTMLCanvasElement} canvas @param {ImageData} image @param {ImageData | null} seen @param {boolean} inked */
function heat(canvas, image, seen, inked) {
  [canvas.width, canvas.height] = [image.width * SCALE, image.height * SCALE];
  const context = canvas.getContext("2d");
  const small = scratch.getContext("2d");
  if (!context || !small) return;
  context.imageSmoothingEnabled = false;
  [scratch.width, scratch.height] = [image.width, image.height];
  small.putImageData(image, 0, 0);
  context.drawImage(scratch, 0, 0, canvas.width, canvas.height);
  if (!seen) return;
  small.putImageData(seen, 0, 0);
  // White ink is turned over, so that it is dark and paper lets the colours through; a photograph gives up its own.
  small.globalCompositeOperation = inked ? "difference" : "saturation";
  small.fillStyle = inked ? "#fff" : "#888";
  small.fillRect(0, 0, scratch.width, scratch.height);
  small.globalCompositeOperation = "source-over";
  context.globalAlpha = 0.28;
  context.globalCompositeOperation = "multiply";
  context.drawImage(scratch, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
}

/** @param {Answer["layers"]} layers @param {Found} found */
function place(layers, { cell }) {
  const layer = layers[cell.layer];
  const name = titleOf(layers, cell.layer);
  if (layer.shape.length === 1) return `${name}, number ${cell.channel + 1} of ${layer.channels}`;
  return `${name}, map ${cell.channel + 1} of ${layer.channels}, row ${cell.row + 1}, column ${cell.column + 1}`;
}

/** @param {Found} found */
function sum({ value, explained }) {
  const rest = value - explained;
  const biases = Math.abs(rest) < 0.005 * Math.max(1, Math.abs(value)) ? "" : ` The other ${valueText(rest)} comes from biases.`;
  return `The pixels account for ${valueText(explained)} of ${valueText(value)}.${biases}`;
}

/** @param {Found} found */
function winner({ window, before }) {
  if (!window || !before) return "";
  if (window.winner === null) return `${window.taps.filter(({ kind }) => kind === "cell").length + window.further.length} values share in it.`;
  return `The winner is at row ${Math.floor(window.winner / before.width) + 1}, column ${(window.winner % before.width) + 1} of the map before.`;
}

/** The window as a table: each value, and below it its share. @param {Found} found @param {string} pooling @param {string} letter */
function windowOf(found, pooling, letter) {
  const { window } = found;
  const figure = document.createElement("figure");
  if (!window) return figure;
  const [rows, columns] = window.kernelSize;
  const far = Math.max(...window.taps.map((tap) => (tap.kind === "cell" ? Math.abs(tap.weight) : 0)));
  const part = rows > MOST || columns > MOST ? ` Here are its first ${Math.min(rows, MOST)} × ${Math.min(columns, MOST)} of ${rows} × ${columns}.` : "";
  const head = document.createElement("figcaption");
  const further = window.further.length > 0 ? ` ${window.further.length} values around it count too.` : "";
  head.textContent = `${letter && `${letter}: `}${pooling}: the window and each value’s share. ${winner(found)}${further}${part}`;
  const table = document.createElement("table");
  table.className = "window-taps";
  table.toggleAttribute("data-wide", columns > 2);
  for (let row = 0; row < Math.min(rows, MOST); row++) {
    const line = table.insertRow();
    for (let column = 0; column < Math.min(columns, MOST); column++) cellOf(line.insertCell(), window.taps[row * columns + column], window.winner, far);
  }
  figure.append(head, table);
  return figure;
}

/** @param {HTMLTableCellElement} cell @param {import("../../lib/network/core.js").WindowTap} tap @param {number | null} winner @param {number} far */
function cellOf(cell, tap, winner, far) {
  if (tap.kind !== "cell") {
    cell.textContent = tap.kind === "padding" ? "padding" : "–";
    return;
  }
  cell.append(valueText(tap.value));
  const share = document.createElement("small");
  share.textContent = percent(tap.weight);
  cell.append(share);
  cell.style.setProperty("--share", String(far > 0 ? Math.abs(tap.weight) / far : 0));
  if (tap.at === winner) cell.dataset.winner = "";
}
