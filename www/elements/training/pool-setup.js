import { IMAGES } from "../../lib/training/images.js";
import { MOST, POOLINGS } from "../../lib/training/poolings.js";
import { adjust, LIMITS, page, SIZES } from "../../lib/training/state.js";
import { anotherSeed, train } from "../../lib/training/trainer.js";
import { whole } from "../../lib/training/words.js";
import { TrainingElement } from "./base.js";

/** @typedef {import("../../lib/training/state.js").Setup} Setup */

const BATCHES = [16, 32, 64, 128];
/** After so many steps, less than a hundredth of batch norm's running statistics is what they began with. */
const FEW_STEPS = 44;
/** The fields that take a number that is typed, and what it must be. */
const NUMBERS = /** @type {const} */ ({
  epochs: { rule: `must be a whole number from 1 to ${LIMITS.epochs}`, holds: (/** @type {number} */ n) => Number.isInteger(n) && n >= 1 && n <= LIMITS.epochs },
  seed: { rule: `must be a whole number from 0 to ${LIMITS.seed}`, holds: (/** @type {number} */ n) => Number.isInteger(n) && n >= 0 && n <= LIMITS.seed },
  learningRate: { rule: "must be a number above 0", holds: (/** @type {number} */ n) => n > 0 && n < Infinity },
});
const size = `${(IMAGES.bytes / 1e6).toFixed(1)} MB`;

/** What to train: the visitor's choice. */
export class PoolSetup extends TrainingElement {
  static keys = /** @type {const} */ (["setup", "refusal", "images", "running", "queue"]);
  static markup = `
    <form id="setup" novalidate>
      <fieldset class="poolings"><legend>Poolings</legend>
        ${POOLINGS.map(
          ({ word, name, about, mark }) => `<label title="${about}"><input type="checkbox" name="pooling" value="${word}" id="pooling-${word}"><span><svg class="swatch line-${word}" viewBox="-6 -6 12 12" width="12" height="12" aria-hidden="true"><path class="mark" d="${mark}"/></svg>${name}</span></label>`,
        ).join("")}
        <p class="hint">From one to ${MOST}, each trained by a worker of its own.</p>
        <p class="message" id="poolings-error" role="alert"></p></fieldset>
      <div class="fields">
        <div class="field wide"><label for="images">Training images</label><select id="images">${SIZES.map((count) => `<option value="${count}">${whole(count)}</option>`).join("")}</select></div>
        <div class="field"><label for="epochs">Epochs</label><input id="epochs" inputmode="numeric" autocomplete="off" aria-describedby="epochs-error"><p class="message" id="epochs-error" role="alert"></p></div>
        <div class="field"><label for="seed">Seed</label><span class="with"><input id="seed" inputmode="numeric" autocomplete="off" aria-describedby="seed-error"><button type="button" id="new-seed" aria-label="Another seed" title="Another seed">↻</button></span><p class="message" id="seed-error" role="alert"></p></div>
      </div>
      <details id="advanced"><summary>Advanced</summary>
        <div class="fields">
          <div class="field"><label for="learningRate">Highest learning rate</label><input id="learningRate" inputmode="decimal" autocomplete="off" aria-describedby="learningRate-error"><p class="message" id="learningRate-error" role="alert"></p></div>
          <div class="field"><label for="batchSize">Images in a step</label><select id="batchSize">${BATCHES.map((count) => `<option>${count}</option>`).join("")}</select></div>
        </div>
        <p class="hint">SGD with Nesterov’s momentum of 0.9. The rate rises to its highest during the first quarter of the steps, and falls to nearly 0.</p>
      </details>
      <p class="cost" id="cost"></p>
      <div class="actions"><button class="button" id="train">Train</button><span class="hint" id="download"></span></div>
      <p class="message" id="images-error" role="alert"></p>
      <button type="button" id="retry" hidden>Try again</button>
      <p class="message" id="other-error" role="alert"></p>
    </form>`;

  built() {
    this.find("#setup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#train();
    });
    // While it is typed: a message that came with the click on Train would move the button away from under it.
    this.find("#setup").addEventListener("input", ({ target }) => {
      const { id, value } = /** @type {HTMLInputElement} */ (target);
      if (id in NUMBERS && value.trim() !== "") this.#typed(/** @type {keyof typeof NUMBERS} */ (id), value);
    });
    this.find("#setup").addEventListener("change", ({ target }) => this.#changed(/** @type {HTMLInputElement} */ (target)));
    this.find("#new-seed").addEventListener("click", () => adjust({ seed: anotherSeed(page.value.setup.seed) }));
    this.find("#retry").addEventListener("click", () => this.#train());
  }

  /** @param {HTMLInputElement} field */
  #changed({ id, name, value }) {
    if (name === "pooling") {
      const ticked = /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("[name=pooling]:checked"));
      adjust({ poolings: [...ticked].map((box) => /** @type {Setup["poolings"][number]} */ (box.value)) });
    } else if (id in NUMBERS) this.#typed(/** @type {keyof typeof NUMBERS} */ (id), value);
    else adjust({ [id]: Number(value) });
  }

  /** Takes a number as it was typed, or says what is wrong with it. @param {keyof typeof NUMBERS} id @param {string} text */
  #typed(id, text) {
    const number = text.trim() === "" ? NaN : Number(text);
    if (NUMBERS[id].holds(number)) adjust({ [id]: number });
    else page.set({ refusal: { parameter: id, message: `“${text.trim()}” will not do: it ${NUMBERS[id].rule}.` } });
    return NUMBERS[id].holds(number);
  }

  /** What was typed last may not have been left yet. */
  #train() {
    const fields = /** @type {(keyof typeof NUMBERS)[]} */ (Object.keys(NUMBERS));
    const wrong = fields.find((id) => !this.#typed(id, this.#input(id).value));
    const { poolings } = page.value.setup;
    if (wrong) {
      if (wrong === "learningRate") /** @type {HTMLDetailsElement} */ (this.find("#advanced")).open = true;
      this.find(`#${wrong}`).focus();
    } else if (poolings.length === 0) page.set({ refusal: { parameter: "poolings", message: "Choose at least one." } });
    else train();
  }

  /** @param {string} id */
  #input(id) {
    return /** @type {HTMLInputElement} */ (this.find(`#${id}`));
  }

  /** @param {import("./base.js").Page} state */
  render({ setup, refusal, images, running, queue }) {
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("[name=pooling]"))) {
      box.checked = setup.poolings.some((word) => word === box.value);
      box.disabled = !box.checked && setup.poolings.length >= MOST;
    }
    for (const id of /** @type {const} */ (["images", "epochs", "seed", "learningRate", "batchSize"])) {
      const field = this.#input(id);
      const wrong = refusal?.parameter === id;
      if (!wrong && (id === "images" || id === "batchSize" || Number(field.value) !== setup[id] || field.value === "")) field.value = String(setup[id]);
      if (id in NUMBERS) {
        field.setAttribute("aria-invalid", String(wrong));
        this.find(`#${id}-error`).textContent = wrong ? refusal.message : "";
      }
    }
    this.find("#poolings-error").textContent = refusal?.parameter === "poolings" ? refusal.message : "";
    const known = refusal && (refusal.parameter in NUMBERS || refusal.parameter === "poolings");
    this.find("#other-error").textContent = refusal && !known ? refusal.message : "";
    const steps = setup.epochs * Math.ceil(setup.images / setup.batchSize);
    const few = steps < FEW_STEPS ? " In so few, batch norm’s running statistics lag behind, and all curves lie too low." : "";
    this.find("#cost").textContent = `Each network learns from ${whole(setup.images * setup.epochs)} images, in ${whole(steps)} steps.${few}`;
    const button = /** @type {HTMLButtonElement} */ (this.find("#train"));
    button.disabled = running !== null || images.status === "loading" || queue.length > 0;
    button.textContent = images.status === "ready" ? "Train" : `Train: loads ${size} of images`;
    this.find("#download").textContent = images.status === "loading" ? `Loading the images: ${Math.round(100 * images.done)} %` : "";
    this.find("#images-error").textContent = images.status === "error" ? `The images could not be loaded: ${images.error}. Without them nothing can be trained.` : "";
    this.find("#retry").hidden = images.status !== "error";
    button.hidden = images.status === "error";
    this.dataset.images = images.status;
  }
}
