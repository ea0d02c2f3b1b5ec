import { short } from "../../lib/playground/draw.js";
import { CHANNELS, planeShown } from "../../lib/playground/colours.js";
import { title } from "../../lib/playground/layers.js";
import { receptive } from "../../lib/playground/reach.js";
import { goTo, progress } from "../../lib/playground/steps.js";
import { page } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";

/** @typedef {import("./base.js").Playground} Playground */

/** Screen readers hear a cell once the visitor pauses on it, not every one passed over. */
const PAUSE = 250;
/** More readers than these are counted, not listed. */
const MOST_READERS = 4;

/** What the cell pointed at is made of, in words and as a formula; and the way through all windows. */
export class PoolCell extends PlayElement {
  static keys = /** @type {const} */ (["answer", "pointed", "pinned", "playing", "speed", "stages", "stack", "selected", "colours", "channel", "greeted"]);
  static markup = `
    <div class="told" tabindex="0" role="group" aria-label="What the cell is made of"><p class="formula shape" id="formula"></p><div class="channels" role="group" aria-label="Colours: each plane’s winner is marked with its letter; which plane’s shares are drawn">${CHANNELS.map(({ name, letter }, plane) => `<button type="button" data-channel="${plane}"><b><i aria-hidden="true">${letter}</i>${name}</b> <span class="shape"></span></button>`).join("")}</div><p id="cell-words"></p><p class="hint" id="readers"></p></div>
    <div class="steps" role="group" aria-label="Step through the windows">
      <button type="button" id="back" aria-label="Previous window">◀</button>
      <button type="button" id="play" aria-pressed="false">Play</button>
      <button type="button" id="on" aria-label="Next window">▶</button>
      <input type="range" id="scrub" min="1" step="1" aria-label="Window">
      <span class="shape" id="step"></span>
      <label class="field"><span>Speed</span><select id="speed"><option value="1">slow</option><option value="2">normal</option><option value="5">fast</option><option value="15">very fast</option></select></label>
      <button type="button" class="quiet" id="pin" aria-pressed="false">Pin</button>
    </div>
    <p class="unseen" id="cell-said" role="status"></p>`;
  #timer = 0;

  built() {
    const on = (/** @type {string} */ selector, /** @type {() => void} */ act) => this.find(selector).addEventListener("click", act);
    const step = (/** @type {number} */ by) => () => {
      page.set({ playing: false });
      const { at } = progress(page.value);
      goTo(at < 0 && by < 0 ? -1 : at + by);
    };
    on("#back", step(-1));
    on("#on", step(1));
    on("#play", () => {
      const { playing } = page.value;
      if (!playing && progress(page.value).at < 0) goTo(0);
      page.set({ playing: !playing });
    });
    on("#pin", () => page.value.pointed && page.set({ pinned: !page.value.pinned, playing: false }));
    this.find("#scrub").addEventListener("input", ({ target }) => {
      page.set({ playing: false });
      goTo(/** @type {HTMLInputElement} */ (target).valueAsNumber - 1);
    });
    this.find(".channels").addEventListener("click", ({ target }) => {
      const channel = /** @type {HTMLElement} */ (target).closest("[data-channel]")?.getAttribute("data-channel");
      if (channel) page.set({ channel: Number(channel) });
    });
    this.find("#speed").addEventListener("change", ({ target }) => page.set({ speed: Number(/** @type {HTMLSelectElement} */ (target).value) }));
  }

  /** The formula of each plane of a picture in colour. @param {NonNullable<Playground["answer"]>["each"]} each @param {number} channel */
  #channels(each, channel) {
    const coloured = each.length > 1;
    this.find(".channels").hidden = !coloured;
    this.find("#formula").hidden = coloured;
    if (!coloured) return;
    for (const [at, button] of [...this.querySelectorAll("[data-channel]")].entries()) {
      button.setAttribute("aria-pressed", String(at === channel));
      const { formula = "", value = 0 } = each[at] ?? {};
      /** @type {Element} */ (button.lastElementChild).textContent = formula || short(value);
    }
  }

  /** @param {Playground} state */
  render(state) {
    const { answer, pinned, playing, speed, pointed } = state;
    const { count, at } = progress(state);
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (this.querySelectorAll("#back, #play, #on, #scrub"))) button.disabled = count === 0;
    const scrub = /** @type {HTMLInputElement} */ (this.find("#scrub"));
    scrub.max = String(Math.max(1, count));
    scrub.value = String(at < 0 ? 1 : at + 1);
    this.find("#step").textContent = at < 0 ? `– / ${count}` : `${at + 1} / ${count}`;
    const play = this.find("#play");
    play.textContent = playing ? "Pause" : "Play";
    play.setAttribute("aria-pressed", String(playing));
    const pin = /** @type {HTMLButtonElement} */ (this.find("#pin"));
    pin.setAttribute("aria-pressed", String(pinned));
    pin.disabled = !pointed;
    pin.textContent = pinned ? "Unpin" : "Pin";
    /** @type {HTMLSelectElement} */ (this.find("#speed")).value = String(speed);
    // What the page points at by itself does not cover anything.
    this.toggleAttribute("data-told", answer !== null && pointed !== state.greeted);
    this.#channels(answer?.each ?? [], state.channel);
    if (!answer) {
      this.find("#formula").textContent = "";
      this.find("#cell-words").textContent = "Point at a cell, or press Play: its window, its winner and its formula show here.";
      this.find("#readers").textContent = "";
      return;
    }
    const { formula, words, readers } = told(answer, state);
    this.find("#formula").textContent = formula;
    this.find("#cell-words").textContent = words;
    this.find("#readers").textContent = readers;
    clearTimeout(this.#timer);
    if (!playing && pointed !== state.greeted) this.#timer = setTimeout(() => (this.find("#cell-said").textContent = [words, formula, readers].filter(Boolean).join(". ")), PAUSE);
  }
}

/** @param {number} flat @param {number} width */
const at = (flat, width) => `row ${Math.floor(flat / width) + 1}, column ${(flat % width) + 1}`;
const percent = (/** @type {number} */ share) => `${short(Math.round(1000 * share) / 10)} %`;

/** @param {import("../../lib/playground/answer.js").Answer} answer @param {Playground} state */
function told({ cell, value, window, readers }, state) {
  const { stages, stack } = state;
  const layer = stack[cell.stage - 1];
  const colour = planeShown(state) === "all" ? `${CHANNELS[cell.plane].name}: ` : "";
  const where = `Row ${cell.row + 1}, column ${cell.column + 1} of ${cell.stage === 0 || !layer ? "the input" : title(layer)} is ${short(value)}${colour && ` in ${CHANNELS[cell.plane].name.toLowerCase()}`}`;
  // How much of the input it sees through all layers, where that is more than its window.
  const field = cell.stage > 1 ? receptive(stages, cell).get(0) : undefined;
  const far = field ? ` Through all layers it sees ${field.height} × ${field.width} cells of the input` : "";
  return { formula: window ? colour + window.formula : "", words: `${where}${window ? windowWords(window, stages[cell.stage - 1]?.shape[2] ?? 1) : ""}.${far && `${far}.`}`, readers: readersWords(readers, stages[cell.stage + 1]?.shape[2] ?? 1) };
}

/** @param {NonNullable<import("../../lib/playground/answer.js").Answer["window"]>} window @param {number} width */
function windowWords({ taps, winner, ties }, width) {
  const padding = taps.filter(({ kind }) => kind === "padding").length;
  const beyond = taps.filter(({ kind }) => kind === "overhang").length;
  const count = (/** @type {number} */ number, /** @type {string} */ one) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const beside = [padding && `${padding} of padding`, beyond && `${beyond} beyond the edge`].filter(Boolean).join(", ");
  const read = `. Its window reads ${count(taps.length - padding - beyond, "cell")}${beside && `, and has ${beside}`}`;
  if (winner === null) return read;
  return `${read}. The winner is ${at(winner, width)}${ties > 1 ? `, the first of ${ties} that are equal` : ""}`;
}

/** @param {import("../../lib/playground/answer.js").Answer["readers"]} readers @param {number} width */
function readersWords(readers, width) {
  if (!readers) return "";
  if (readers.length === 0) return "No window of the next layer reads it.";
  const list = readers.slice(0, MOST_READERS).map(({ flat, share, wins }) => `${at(flat, width)} (${wins ? "it wins" : share === 0 ? "it does not count" : `share ${percent(share)}`})`);
  return `Read for ${readers.length === 1 ? "one cell" : `${readers.length} cells`} of the next stage: ${list.join("; ")}${readers.length > MOST_READERS ? "; …" : ""}.`;
}
