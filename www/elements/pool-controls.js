import { link } from "../lib/address.js";
import { DEFAULTS, settingOf } from "../lib/settings.js";
import { adjust, page } from "../lib/state.js";
import { PageElement } from "./base.js";

/** @typedef {import("../lib/settings.js").Settings} Settings */
/** @typedef {(typeof import("../lib/settings.js").NUMERIC)[number]} NumberSetting */

/** @type {readonly { key: NumberSetting, id: string, label: string, least: number, to: number, hint: string }[]} */
const NUMBERS = [
  { key: "normType", id: "norm-type", label: "Norm type p", least: 0, to: 16, hint: "2 is Euclid’s length; a larger p nears max." },
  { key: "kernelSize", id: "kernel-size", label: "Kernel size", least: 0, to: 32, hint: "Cells along each side of the window." },
  { key: "stride", id: "stride", label: "Stride", least: 0, to: 32, hint: "How far the window moves at each step." },
  { key: "padding", id: "padding", label: "Padding", least: 0, to: 16, hint: "Cells added around the picture." },
  { key: "dilation", id: "dilation", label: "Dilation", least: 0, to: 8, hint: "2 reads every second pixel, 3 every third." },
  { key: "outputHeight", id: "output-height", label: "Output height", least: 0, to: 128, hint: "Rows to divide the picture into." },
  { key: "outputWidth", id: "output-width", label: "Output width", least: 0, to: 128, hint: "Columns to divide the picture into." },
];

const METHOD_WORDS = {
  max: "Keeps the largest value in each window.",
  average: "Takes the mean of each window.",
  lp: "Takes the p-norm of each window.",
};
const WINDOW_WORDS = {
  sliding: "One window size moves over the picture.",
  adaptive: "Windows fitted to the output’s size.",
  global: "One window over everything.",
};

/** @param {string} name @param {string} legend @param {readonly [value: string, label: string][]} options */
const choice = (name, legend, options) => `
  <fieldset class="choice"><legend>${legend}</legend>${options
    .map(([value, label]) => `<label><input type="radio" name="${name}" id="${name}-${value}" value="${value}"><span>${label}</span></label>`)
    .join("")}</fieldset><p class="hint" id="${name}-words"></p>`;

/** @param {(typeof NUMBERS)[number]} control */
const number = ({ key, id, label, least, to, hint }) => `
  <div class="row" data-control="${key}">
    <label for="${id}">${label}</label>
    <input type="range" id="${id}-slider" aria-label="${label}, slider" min="${Math.max(least, key === "padding" ? 0 : 1)}" max="${to}" step="1">
    <input type="number" id="${id}" min="${least}" step="${key === "normType" ? "any" : 1}" inputmode="${key === "normType" ? "decimal" : "numeric"}" aria-describedby="${id}-hint ${id}-error">
    <p class="hint" id="${id}-hint">${hint}</p><p class="message" id="${id}-error" aria-live="polite"></p>
    ${key === "stride" ? `<label class="tick"><input type="checkbox" id="stride-follows"><span>Same as the kernel size</span></label>` : ""}
  </div>`;

/** @param {string} id @param {string} key @param {string} label @param {string} hint */
const tick = (id, key, label, hint) => `
  <div class="row" data-control="${key}"><label class="tick"><input type="checkbox" id="${id}" aria-describedby="${id}-hint"><span>${label}</span></label>
  <p class="hint" id="${id}-hint">${hint}</p></div>`;

/** Everything that can be set on the pooling layer; a value the core refuses has the core's reason beside it. */
export class PoolControls extends PageElement {
  static keys = /** @type {const} */ (["settings", "refusal", "entry"]);
  static markup = `
    <form novalidate aria-label="The pooling layer">
      ${choice("method", "Method", [["max", "Max"], ["average", "Average"], ["lp", "Lp"]])}
      ${number(NUMBERS[0])}
      ${choice("windows", "Windows", [["sliding", "Sliding"], ["adaptive", "To a size"], ["global", "Global"]])}
      ${NUMBERS.slice(1).map(number).join("")}
      ${tick("ceil-mode", "ceilMode", "Ceil mode", "A last window may reach past the edge.")}
      ${tick("count-include-pad", "countIncludePad", "Count padding in the mean", "The mean’s divisor includes the padding.")}
      <div class="actions"><button type="button" id="reset">Reset</button><button type="button" id="copy-link">Copy link</button><span class="hint" id="copied" role="status"></span></div>
    </form>`;

  built() {
    this.addEventListener("input", ({ target }) => this.#read(/** @type {HTMLInputElement} */ (target)));
    this.addEventListener("submit", (event) => event.preventDefault());
    this.find("#reset").addEventListener("click", () => adjust({ ...DEFAULTS }));
    this.find("#copy-link").addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const said = this.find("#copied");
    const own = page.value.photo?.own ? " It holds the settings; your picture stays here." : "";
    try {
      await navigator.clipboard.writeText(link());
      said.textContent = `Copied.${own}`;
    } catch {
      said.textContent = "The browser did not allow copying; the address bar has the same link.";
    }
  }

  /** @param {HTMLInputElement} input */
  #read(input) {
    const ticks = /** @type {Record<string, () => Partial<Settings>>} */ ({
      "ceil-mode": () => ({ ceilMode: input.checked }),
      "count-include-pad": () => ({ countIncludePad: input.checked }),
      "stride-follows": () => ({ stride: input.checked ? null : page.value.settings.kernelSize }),
    });
    if (input.type === "radio") return adjust({ [input.name]: input.value });
    if (ticks[input.id]) return adjust(ticks[input.id]());
    const control = NUMBERS.find(({ id }) => id === input.id.replace("-slider", ""));
    if (!control) return;
    const value = input.valueAsNumber;
    const whole = control.key !== "normType";
    if (Number.isNaN(value) || value < 0 || (whole && !Number.isInteger(value))) {
      const message = `${control.label} takes a ${whole ? "whole " : ""}number.`;
      return page.set({ entry: { parameter: control.key, message } });
    }
    adjust({ [control.key]: value });
  }

  /** @param {import("./base.js").Page} state */
  render({ settings, refusal, entry }) {
    for (const name of /** @type {const} */ (["method", "windows"])) {
      /** @type {HTMLInputElement} */ (this.find(`#${name}-${settings[name]}`)).checked = true;
    }
    this.find("#method-words").textContent = METHOD_WORDS[settings.method];
    this.find("#windows-words").textContent = WINDOW_WORDS[settings.windows];
    for (const { key, id } of NUMBERS) {
      const value = settings[key] ?? settings.kernelSize;
      const slider = /** @type {HTMLInputElement} */ (this.find(`#${id}-slider`));
      const field = /** @type {HTMLInputElement} */ (this.find(`#${id}`));
      slider.valueAsNumber = value;
      // What is being typed is left alone: "0." is on its way to "0.5".
      if (entry?.parameter !== key && field.valueAsNumber !== value) field.valueAsNumber = value;
    }
    const set = (/** @type {string} */ id, /** @type {boolean} */ value) => (/** @type {HTMLInputElement} */ (this.find(id)).checked = value);
    set("#stride-follows", settings.stride === null);
    set("#ceil-mode", settings.ceilMode);
    set("#count-include-pad", settings.countIncludePad);
    this.#choose(settings);
    this.#complain(entry ?? refusal);
  }

  /** Shows the controls that have a say. @param {Settings} settings */
  #choose({ method, windows }) {
    const applies = /** @type {Record<string, boolean>} */ ({
      normType: method === "lp",
      countIncludePad: method === "average" && windows === "sliding",
      outputHeight: windows === "adaptive",
      outputWidth: windows === "adaptive",
    });
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-control]"))) {
      row.hidden = !(applies[String(row.dataset.control)] ?? windows === "sliding");
    }
  }

  /** @param {import("../lib/state.js").Refusal | null} refusal */
  #complain(refusal) {
    const key = settingOf(refusal?.parameter ?? "");
    for (const control of NUMBERS) {
      const text = refusal && control.key === key ? refusal.message : "";
      const message = this.find(`#${control.id}-error`);
      if (message.textContent !== text) message.textContent = text; // said once, not at every rendering
      this.find(`#${control.id}`).setAttribute("aria-invalid", String(text !== ""));
    }
  }
}
