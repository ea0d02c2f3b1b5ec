import { KINDS, METHODS, applying, title } from "../../lib/playground/layers.js";
import { adjust, page } from "../../lib/playground/state.js";
import { readValue, stepped, writeValue } from "../../lib/playground/values.js";
import { PlayElement } from "./base.js";
import { picks } from "./fields.js";

/** @typedef {import("./base.js").Playground} Playground */
/** @typedef {import("../../lib/playground/layers.js").Layer} Layer */
/** @typedef {import("../../lib/playground/layers.js").Parameter} Parameter */

const id = (/** @type {string} */ key) => `layer-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @param {Parameter} parameter */
function field({ key, label, type, hint, choices = [] }) {
  const name = id(key);
  if (type === "pick") return `<div class="parameter" data-key="${key}">${picks(name, label, choices)}<p class="hint" id="${name}-hint">${hint}</p></div>`;
  if (type === "flag") {
    return `<div class="parameter" data-key="${key}"><label class="tick"><input type="checkbox" id="${name}" aria-describedby="${name}-hint"><span>${label}</span></label><p class="hint" id="${name}-hint">${hint}</p></div>`;
  }
  const steps = type === "numbers" ? "" : `<button type="button" data-step="-1" aria-label="${label}: less">−</button><button type="button" data-step="1" aria-label="${label}: more">+</button>`;
  return `<div class="parameter" data-key="${key}"><label for="${name}">${label}</label>
    <span class="typed"><input id="${name}" autocomplete="off" spellcheck="false" inputmode="${type === "whole" ? "numeric" : "text"}" aria-describedby="${name}-hint ${name}-error">${steps}</span>
    <p class="hint" id="${name}-hint">${hint}</p><p class="message" id="${name}-error" aria-live="polite"></p></div>`;
}

/** The parameters of the selected layer; a value the core refuses has the core's reason beside it. */
export class PoolLayer extends PlayElement {
  static keys = /** @type {const} */ (["stack", "selected", "trouble", "entry"]);
  static markup = `<form novalidate aria-labelledby="layer-title"><h2 id="layer-title"></h2><p class="hint about"></p><div class="parameters"></div></form>`;
  /** Which layer's fields there are. */
  #shown = "";

  built() {
    this.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("input", ({ target }) => this.#read(/** @type {HTMLInputElement} */ (target)));
    this.addEventListener("click", ({ target }) => this.#step(/** @type {Element} */ (target)));
    this.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      const button = by && /** @type {Element} */ (event.target).closest(".typed")?.querySelector(`[data-step="${by}"]`);
      if (!button || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      this.#step(button);
    });
  }

  /** @param {Element} target @returns {{ layer: Layer, parameter: Parameter } | null} */
  #of(target) {
    const key = target.closest("[data-key]")?.getAttribute("data-key");
    const layer = page.value.stack.find(({ id }) => id === page.value.selected);
    const parameter = layer && KINDS[layer.kind].parameters.find((parameter) => parameter.key === key);
    return layer && parameter ? { layer, parameter } : null;
  }

  /** @param {HTMLInputElement} target */
  #read(target) {
    const of = this.#of(target);
    if (!of) return;
    const { layer, parameter } = of;
    const { key, type } = parameter;
    if (type === "flag") return adjust(layer.id, { [key]: target.checked });
    if (type === "pick") return adjust(layer.id, { [key]: target.value });
    const read = readValue(parameter, target.value);
    if (read.wrong !== undefined) return page.set({ entry: { key, layer: layer.id, message: read.wrong } });
    this.#set(layer, key, read.value);
  }

  /** A stride that was as large as the kernel stays so: windows that tile go on to tile. @param {Layer} layer @param {string} key @param {unknown} value */
  #set({ id, options }, key, value) {
    const follows = key === "kernelSize" && JSON.stringify(options.stride) === JSON.stringify(options.kernelSize);
    const taps = key === "kernelSize" && options.method === "gated";
    const [rows, columns] = /** @type {number[]} */ (Array.isArray(value) ? value : [value, value]);
    const weights = taps && rows * columns <= 1024 ? { weights: Array(rows * columns).fill(0) } : {};
    adjust(id, { [key]: value, ...(follows ? { stride: value } : {}), ...weights });
  }

  /** @param {Element} target */
  #step(target) {
    const by = Number(target.closest("[data-step]")?.getAttribute("data-step"));
    const of = by ? this.#of(target) : null;
    if (of) this.#set(of.layer, of.parameter.key, stepped(of.parameter, of.layer.options[of.parameter.key], by));
  }

  /** @param {Playground} state */
  render({ stack, selected, trouble, entry }) {
    const layer = stack.find(({ id }) => id === selected);
    this.toggleAttribute("data-none", !layer);
    this.find("h2").textContent = layer ? `${stack.indexOf(layer) + 1}. ${title(layer)}` : "No layer";
    const about = layer?.kind === "pool" ? METHODS.find(([method]) => method === layer.options.method)?.[2] : layer && KINDS[layer.kind].about;
    this.find(".about").textContent = about ?? "Add a layer below the input, or go back by Undo.";
    const shown = layer ? layer.kind : "";
    if (shown !== this.#shown) {
      this.find(".parameters").innerHTML = layer ? KINDS[layer.kind].parameters.map(field).join("") : "";
      this.#shown = shown;
    }
    if (!layer) return;
    const used = applying(layer);
    for (const parameter of KINDS[layer.kind].parameters) {
      const { key, type } = parameter;
      const input = /** @type {HTMLInputElement} */ (this.find(`#${id(key)}`));
      /** @type {HTMLElement} */ (input.closest(".parameter")).hidden = !used.includes(parameter);
      const value = layer.options[key];
      if (type === "flag") input.checked = value;
      else if (type === "pick") input.value = value;
      // What is being typed is left alone: "0." is on its way to "0.5".
      else if (entry?.key !== key && JSON.stringify(/** @type {any} */ (readValue(parameter, input.value)).value) !== JSON.stringify(value)) input.value = writeValue(value);
      const error = this.querySelector(`#${id(key)}-error`);
      const wrong = entry?.layer === layer.id && entry.key === key ? entry.message : trouble?.layer === layer.id && trouble.parameter === key && !entry ? trouble.message : "";
      if (error && error.textContent !== wrong) error.textContent = wrong;
      input.setAttribute("aria-invalid", String(wrong !== ""));
    }
  }
}
