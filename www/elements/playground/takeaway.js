import { title } from "../../lib/playground/layers.js";
import { nothing, subject } from "../../lib/playground/panels.js";
import { saveAnimation, saveNumbers, savePicture, setTake, stageTaken, stopAnimation } from "../../lib/playground/takeaway.js";
import { PlayElement } from "./base.js";

/** Files to take away: pictures, numbers, the animation. */
export class PoolTake extends PlayElement {
  static keys = /** @type {const} */ (["take", "stages", "shown", "selected", "panel", "trouble"]);
  static markup = `
    <div class="halves">
      <section aria-labelledby="stage-files">
        <h3 id="stage-files">A stage</h3>
        <div class="field"><label for="take-stage">Stage</label><select id="take-stage"></select></div>
        <div class="actions">
          <button type="button" data-take="png">PNG</button><button type="button" data-take="csv">CSV</button><button type="button" data-take="npy">.npy</button>
        </div>
        <p class="hint">PNG: as it is coloured, a small map with its numbers. CSV: every number, a line for each row. .npy: for NumPy, float32.</p>
      </section>
      <section aria-labelledby="sweep-file">
        <h3 id="sweep-file">The window’s sweep</h3>
        <p class="hint" id="sweep-of"></p>
        <div class="actions"><button type="button" data-take="gif">Animated GIF</button><progress max="1" aria-label="Animation" hidden></progress><button type="button" id="stop-gif" hidden>Stop</button></div>
      </section>
    </div>
    <p class="hint" id="taken" role="status"></p>`;
  #listed = "";

  built() {
    this.find("#take-stage").addEventListener("change", ({ target }) => setTake({ stage: Number(/** @type {HTMLSelectElement} */ (target).value) }));
    this.find("#stop-gif").addEventListener("click", () => {
      stopAnimation();
      /** @type {HTMLElement} */ (this.find("[data-take=gif]")).focus();
    });
    this.addEventListener("click", ({ target }) => {
      const form = /** @type {HTMLElement} */ (target).closest("[data-take]")?.getAttribute("data-take");
      if (form === "png") savePicture();
      if (form === "csv" || form === "npy") saveNumbers(form);
      if (form === "gif") saveAnimation();
    });
  }

  /** @param {import("./base.js").Playground} state */
  render(state) {
    const { take, stages, shown } = state;
    const select = /** @type {HTMLSelectElement} */ (this.find("#take-stage"));
    const names = stages.map((_, at) => (at === 0 ? "Input" : `${at}: ${shown?.stack[at - 1] ? title(shown.stack[at - 1]) : ""}`));
    if (names.join("\n") !== this.#listed) {
      this.#listed = names.join("\n");
      select.replaceChildren(...names.map((name, at) => new Option(name, String(at))));
    }
    select.value = String(stageTaken(state));
    const about = subject(state);
    const gif = /** @type {HTMLButtonElement} */ (this.find("[data-take=gif]"));
    const busy = take.progress !== null;
    this.find("#sweep-of").textContent = about ? `${title(about.layer)}: the window steps over its input, and the output fills.` : nothing(state, "There is no pooling layer.", "Its window sweeps once it runs.");
    gif.disabled = !about || busy;
    const bar = /** @type {HTMLProgressElement} */ (this.find("progress"));
    bar.hidden = !busy;
    this.find("#stop-gif").hidden = !busy;
    bar.value = take.progress ?? 0;
    const said = this.find("#taken");
    if (said.textContent !== take.said) said.textContent = take.said;
    said.className = take.wrong ? "message" : "hint";
  }
}
