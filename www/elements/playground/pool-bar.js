import { planeShown } from "../../lib/playground/colours.js";
import { zoomBy } from "../../lib/playground/gestures.js";
import { link } from "../../lib/playground/address.js";
import { stop } from "../../lib/playground/run.js";
import { page, redo, undo, WHOLE } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";

/** @typedef {import("./base.js").Playground} Playground */

const MAPS = [["auto", "Auto"], ["deep", "Deep"], ["gray", "Grey"], ["tide", "Around 0"]];

/** What is done to the whole: undo, zoom, colours, the link. */
export class PoolBar extends PlayElement {
  static keys = /** @type {const} */ (["past", "future", "viewport", "colours", "stages", "input", "slow", "progress"]);
  static markup = `
    <div class="group" role="group" aria-label="History"><button type="button" id="undo" title="Undo (Ctrl+Z)">Undo</button><button type="button" id="redo" title="Redo (Ctrl+Shift+Z)">Redo</button></div>
    <div class="group" role="group" aria-label="Zoom"><button type="button" id="farther" aria-label="Zoom out">−</button><button type="button" id="whole" title="Show all">All</button><button type="button" id="nearer" aria-label="Zoom in">+</button></div>
    <label class="field"><span>Colours</span><select id="map">${MAPS.map(([value, name]) => `<option value="${value}">${name}</option>`).join("")}</select></label>
    <label class="tick"><input type="checkbox" id="shared"><span>One scale for all</span></label>
    <label class="field" id="planes"><span>Plane</span><select id="plane"></select></label>
    <span class="group end"><span id="working"><span id="progress">Working…</span> <button type="button" class="quiet" id="stop">Stop</button></span><button type="button" id="copy-link">Copy link</button><span class="hint" id="copied" role="status"></span></span>`;
  #planes = "";

  built() {
    const on = (/** @type {string} */ selector, /** @type {() => void} */ act) => this.find(selector).addEventListener("click", act);
    on("#undo", undo);
    on("#redo", redo);
    on("#stop", stop);
    const zoom = (/** @type {number} */ factor) => () => {
      // Around the cell pointed at stays what is seen; the first stage says how near it goes.
      const stage = /** @type {import("./pool-stage.js").PoolStage | null} */ (document.querySelector("pool-stage"));
      if (stage) zoomBy(stage, factor);
    };
    on("#nearer", zoom(2));
    on("#farther", zoom(0.5));
    on("#whole", () => page.set({ viewport: WHOLE }));
    on("#copy-link", () => this.#copy());
    const colours = (/** @type {Partial<Playground["colours"]>} */ patch) => page.set({ colours: { ...page.value.colours, ...patch } });
    this.addEventListener("change", ({ target }) => {
      const { id, value, checked } = /** @type {HTMLInputElement} */ (target);
      if (id === "map") colours({ map: /** @type {any} */ (value) });
      if (id === "shared") colours({ shared: checked });
      if (id === "plane") colours({ plane: value === "all" ? "all" : Number(value) });
    });
    addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      // A field's own undo is left to it.
      if (/** @type {Element} */ (event.target).closest?.("textarea, input:not([type=checkbox], [type=radio], [type=range])")) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo();
      else undo();
    });
  }

  async #copy() {
    const said = this.find("#copied");
    const { href, without } = link();
    try {
      await navigator.clipboard.writeText(href);
      said.textContent = `Copied.${without}`;
    } catch {
      said.textContent = `The browser did not allow copying; the address bar has the same link.${without}`;
    }
  }

  /** @param {Playground} state */
  render(state) {
    const { past, future, viewport, colours, stages, input } = state;
    const able = (/** @type {string} */ selector, /** @type {boolean} */ can) => (/** @type {HTMLButtonElement} */ (this.find(selector)).disabled = !can);
    this.toggleAttribute("data-slow", state.slow);
    if (state.slow) this.find("#progress").textContent = state.progress > 0 && state.progress < 1 ? `Working… ${Math.floor(100 * state.progress)} %` : "Working…";
    able("#undo", past.length > 0);
    able("#redo", future.length > 0);
    able("#farther", viewport.zoom > 1);
    able("#whole", viewport.zoom > 1);
    /** @type {HTMLSelectElement} */ (this.find("#map")).value = colours.map;
    /** @type {HTMLInputElement} */ (this.find("#shared")).checked = colours.shared;
    const count = stages[0]?.shape[0] ?? 1;
    const photo = input.kind === "photo" && count === 3;
    const names = Array.from({ length: count }, (_, at) => [String(at), photo ? ["Red", "Green", "Blue"][at] : String(at + 1)]);
    const options = (photo ? [["all", "In colour"], ...names] : names).map(([value, name]) => `<option value="${value}">${name}</option>`).join("");
    if (options !== this.#planes) this.find("#plane").innerHTML = this.#planes = options;
    this.find("#planes").hidden = count === 1;
    const shown = planeShown(state);
    /** @type {HTMLSelectElement} */ (this.find("#plane")).value = String(shown);
    for (const id of ["#map", "#shared"]) /** @type {HTMLInputElement} */ (this.find(id)).disabled = shown === "all";
  }
}
