import { hasCamera, openFile, openSample, openText, openTransfer, PATTERNS, SAMPLES } from "../../lib/playground/inputs.js";
import { writeMatrix } from "../../lib/playground/text.js";
import { FIRST, page, setInput } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";
import { number, picks, wholeOf } from "./fields.js";

/** @typedef {import("./base.js").Playground} Playground */
/** @typedef {"matrix" | "photo" | "pattern"} Tab */

/** Matrices to begin with, each for one question. @type {Readonly<Record<string, { title: string, rows: number[][] }>>} */
const MATRICES = {
  first: { title: "Mixed", rows: FIRST.planes[0].map((row) => [...row]) },
  ties: { title: "Ties", rows: [[1, 1, 2, 2, 0, 0], [1, 1, 2, 2, 0, 0], [3, 0, 4, 4, 4, 4], [0, 3, 4, 4, 4, 4], [5, 5, 5, 5, 6, 6], [5, 5, 5, 5, 6, 6]] },
  signed: { title: "Signed", rows: [[-3, -1, 2, -4, 1], [-2, -5, -6, 3, -1], [4, -7, -1, -2, -8], [-1, 2, -9, -3, 5], [-6, -4, 1, -2, -1]] },
  edge: { title: "An edge", rows: Array.from({ length: 7 }, (_, row) => Array.from({ length: 7 }, (_, column) => (column > row ? 9 : 0))) },
  odd: { title: "7 × 5", rows: [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3], [5, 8, 9, 7, 9], [3, 2, 3, 8, 4], [6, 2, 6, 4, 3], [3, 8, 3, 2, 7], [9, 5, 0, 2, 8]] },
};

/** Chooses what goes into the stack: numbers, a photograph, a pattern, a file, the camera. */
export class PoolSource extends PlayElement {
  static keys = /** @type {const} */ (["input", "inputError", "opening", "brush"]);
  static markup = `
    <div class="kinds">
      <fieldset class="choice"><legend class="unseen">Input</legend>${[["matrix", "Numbers"], ["photo", "Photograph"], ["pattern", "Pattern"]]
        .map(([value, label]) => `<label><input type="radio" name="tab" id="tab-${value}" value="${value}"><span>${label}</span></label>`)
        .join("")}</fieldset>
      <label class="button" for="input-file">Open a file…</label>
      <input type="file" id="input-file" class="unseen" accept="image/*,.npy,.csv,.tsv,.txt,.json" aria-describedby="input-hint">
      <button type="button" id="camera" hidden>Camera</button>
      <pool-address></pool-address>
      <span class="hint" id="input-hint">Pictures, .npy, CSV: open, drop or paste. Nothing leaves your machine.</span>
    </div>
    <pool-offer hidden></pool-offer>
    <div class="of" data-tab="matrix">
      <div class="presets scroll" role="group" aria-label="Matrices to begin with">${Object.entries(MATRICES).map(([name, { title }]) => `<button type="button" data-matrix="${name}">${title}</button>`).join("")}</div>
      <div class="paint"><label class="tick"><input type="checkbox" id="paint"><span>Paint cells with</span></label><input type="number" id="brush" value="9" step="any" aria-label="The value to paint" inputmode="decimal">
      <button type="button" class="quiet" id="blank">Blank 8 × 8</button></div>
      <details><summary>As text</summary><label class="unseen" for="matrix-text">The numbers, as rows or as a Python list</label>
        <textarea id="matrix-text" rows="8" spellcheck="false" autocomplete="off"></textarea>
        <p class="hint">Rows with commas or spaces between, or a list as Python and NumPy print it.</p></details>
    </div>
    <div class="of" data-tab="photo"><div class="samples scroll" role="group" aria-label="Sample photographs">${SAMPLES.map(
      ({ name, title }) => `<button type="button" class="sample" data-sample="${name}" aria-pressed="false"><img src="photos/thumbs/${name}.webp" width="56" height="56" alt="${title}"></button>`,
    ).join("")}</div></div>
    <div class="of" data-tab="pattern">
      ${picks("pattern", "Pattern", PATTERNS)}
      ${number("pattern-height", "Height")}${number("pattern-width", "Width")}${number("pattern-frequency", "Periods", "any")}${number("pattern-seed", "Seed")}
    </div>
    <p class="message" id="input-error" role="alert"></p><p class="hint" id="input-said" role="status"></p>`;
  /** Whether the text is being typed in: then it is left as it is. */
  #typing = false;

  built() {
    this.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)));
    this.find("#tab-matrix").closest("fieldset")?.addEventListener("change", ({ target }) => this.#turn(/** @type {Tab} */ (/** @type {HTMLInputElement} */ (target).value)));
    const file = /** @type {HTMLInputElement} */ (this.find("#input-file"));
    file.addEventListener("change", () => {
      if (file.files?.[0]) openFile(file.files[0]);
      file.value = "";
    });
    const text = /** @type {HTMLTextAreaElement} */ (this.find("#matrix-text"));
    text.addEventListener("input", () => {
      this.#typing = true;
      openText(text.value);
    });
    text.addEventListener("blur", () => {
      this.#typing = false;
    });
    this.find("[data-tab=pattern]").addEventListener("input", () => this.#pattern());
    for (const id of ["#paint", "#brush"]) this.find(id).addEventListener("input", () => this.#brush());
    this.find("#blank").addEventListener("click", () => {
      setInput({ kind: "matrix", planes: [Array.from({ length: 8 }, () => Array(8).fill(0))] });
      /** @type {HTMLInputElement} */ (this.find("#paint")).checked = true;
      this.#brush();
    });
    if (hasCamera()) this.#camera();
    this.#transfers();
  }

  async #camera() {
    const button = this.find("#camera");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const { takePicture } = await import("./camera.js");
      takePicture(button);
    });
  }

  #transfers() {
    const root = document.documentElement;
    document.addEventListener("paste", (event) => {
      const field = /** @type {Element} */ (event.target).closest?.("input, textarea");
      if (!field || event.clipboardData?.files.length) openTransfer(event.clipboardData);
    });
    const carries = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.some((type) => type === "Files" || type === "text/plain");
    document.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      root.toggleAttribute("data-dropping", true);
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || root.removeAttribute("data-dropping"));
    document.addEventListener("drop", (event) => {
      root.removeAttribute("data-dropping");
      if (!carries(event)) return;
      event.preventDefault();
      openTransfer(event.dataTransfer);
    });
  }

  /** @param {Element} target */
  #clicked(target) {
    const matrix = target.closest("[data-matrix]")?.getAttribute("data-matrix");
    if (matrix) setInput({ kind: "matrix", planes: [MATRICES[matrix].rows] });
    const sample = target.closest("[data-sample]")?.getAttribute("data-sample");
    if (sample) openSample(sample);
  }

  /** @param {Tab} tab */
  #turn(tab) {
    page.set({ brush: null });
    if (tab === "matrix") setInput(FIRST);
    else if (tab === "pattern") setInput({ kind: "pattern", name: "checkerboard", height: 32, width: 32, frequency: 8, seed: 1 });
    else openSample(SAMPLES[0].name);
  }

  #pattern() {
    const { input } = page.value;
    if (input.kind !== "pattern") return;
    const value = (/** @type {string} */ id) => wholeOf(/** @type {HTMLInputElement} */ (this.find(`#pattern-${id}`)));
    const [height, width, seed] = [value("height"), value("width"), value("seed")];
    const frequency = /** @type {HTMLInputElement} */ (this.find("#pattern-frequency")).valueAsNumber;
    const name = /** @type {HTMLSelectElement} */ (this.find("#pattern")).value;
    if (height === null || width === null || seed === null || Number.isNaN(frequency)) return page.set({ inputError: "Height, width and seed are whole numbers, 0 or above; the number of periods is a number." });
    if (height * width > 16e6) return page.set({ inputError: `${height} × ${width} are more than 16 million cells.` });
    setInput({ kind: "pattern", name, height, width, frequency, seed }, "pattern");
  }

  #brush() {
    const { checked } = /** @type {HTMLInputElement} */ (this.find("#paint"));
    const value = /** @type {HTMLInputElement} */ (this.find("#brush")).valueAsNumber;
    page.set({ brush: checked && !Number.isNaN(value) ? value : null });
  }

  /** @param {Playground} state */
  render({ input, inputError, opening, brush }) {
    const tab = input.kind === "maps" ? null : input.kind;
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".of"))) part.hidden = part.dataset.tab !== tab;
    for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("[name=tab]"))) radio.checked = radio.value === tab;
    for (const button of this.querySelectorAll("[data-sample]")) button.setAttribute("aria-pressed", String(input.kind === "photo" && !input.own && input.name === button.getAttribute("data-sample")));
    /** @type {HTMLInputElement} */ (this.find("#paint")).checked = brush !== null;
    const text = /** @type {HTMLTextAreaElement} */ (this.find("#matrix-text"));
    if (input.kind === "matrix" && !this.#typing) text.value = input.planes.flat(2).length <= 10_000 ? writeMatrix(input.planes) : "";
    if (input.kind === "pattern") {
      for (const key of /** @type {const} */ (["height", "width", "frequency", "seed"])) {
        const field = /** @type {HTMLInputElement} */ (this.find(`#pattern-${key}`));
        if (field.valueAsNumber !== input[key] && document.activeElement !== field) field.valueAsNumber = input[key];
      }
      /** @type {HTMLSelectElement} */ (this.find("#pattern")).value = input.name;
      for (const [key, names] of /** @type {const} */ ([["frequency", ["checkerboard", "sine", "zone-plate"]], ["seed", ["noise"]]])) {
        /** @type {HTMLElement} */ (this.find(`#pattern-${key}`).closest(".field")).hidden = !(/** @type {readonly string[]} */ (names).includes(input.name));
      }
    }
    const error = this.find("#input-error");
    if (error.textContent !== (inputError ?? "")) error.textContent = inputError;
    this.find("#input-said").textContent = opening ? `Opening “${opening}”…` : said(input);
  }
}

/** @param {import("../../lib/playground/state.js").Input} input */
function said(input) {
  if (input.kind === "maps") return `“${input.name}”: ${input.shape.join(" × ")}.`;
  if (input.kind !== "photo") return "";
  const { title, own, scaledFrom, image } = input;
  if (scaledFrom) return `“${title}” is ${scaledFrom.width} × ${scaledFrom.height} pixels; it is scaled down to ${image.width} × ${image.height}.`;
  return `“${title}”, ${image.width} × ${image.height} pixels${own ? "; it stays on your machine" : ""}.`;
}
