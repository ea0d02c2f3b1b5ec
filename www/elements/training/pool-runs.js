import { csvOf, save } from "../../lib/training/csv.js";
import { nameOf } from "../../lib/training/poolings.js";
import { adjust, changeRun, page, removeRun, undoRemove } from "../../lib/training/state.js";
import { lineText, runName } from "../../lib/training/words.js";
import { TrainingElement } from "./base.js";

/** The runs so far: which of them the chart shows, and their numbers to take away. */
export class PoolRuns extends TrainingElement {
  static keys = /** @type {const} */ (["runs", "running", "removed"]);
  static markup = `
    <h2>Runs</h2>
    <p class="hint" id="no-runs">None yet. Every run is kept here until the page is left, to be compared with others.</p>
    <ol id="runs"></ol>
    <div class="actions"><button type="button" id="save-csv">Save all numbers (CSV)</button><button type="button" id="undo-remove">Undo</button> <span class="hint" id="removed" role="status"></span></div>`;

  built() {
    this.find("#save-csv").addEventListener("click", () => save("deep-end-training.csv", csvOf(page.value.runs), "text/csv"));
    this.find("#undo-remove").addEventListener("click", () => {
      const id = page.value.removed?.run.id;
      undoRemove();
      // The button is gone once the run is back.
      queueMicrotask(() => /** @type {HTMLElement | null} */ (this.querySelector(`#show-${id}`))?.focus());
    });
    this.find("#runs").addEventListener("change", ({ target }) => {
      const { id, checked } = /** @type {HTMLInputElement} */ (target);
      changeRun(Number(id.replace("show-", "")), { shown: checked });
    });
    this.find("#runs").addEventListener("click", ({ target }) => {
      const { dataset } = /** @type {HTMLElement} */ (target);
      if (dataset.remove) {
        removeRun(Number(dataset.remove));
        queueMicrotask(() => this.find("#undo-remove").focus());
      }
      const again = page.value.runs.find(({ id }) => id === Number(dataset.take));
      if (again) adjust(again.setup);
    });
  }

  /** @param {import("./base.js").Page} state */
  render({ runs, running, removed }) {
    this.find("#no-runs").hidden = runs.length > 0;
    this.find("#save-csv").hidden = runs.length === 0;
    this.find("#undo-remove").hidden = removed === null;
    this.find("#removed").textContent = removed ? `Run ${removed.run.id} was removed.` : "";
    const list = this.find("#runs");
    const ids = runs.map(({ id }) => String(id)).join();
    if (list.dataset.ids !== ids) {
      list.dataset.ids = ids;
      list.replaceChildren(...runs.map((run) => item(run.id, runName(run))));
    }
    runs.forEach((run, at) => {
      const entry = list.children[at];
      const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (entry.querySelector(selector));
      /** @type {HTMLInputElement} */ (find("input")).checked = run.shown;
      find(".results").textContent = run.lines.map((line) => `${nameOf(line.pooling)}: ${lineText(run, line)}`).join(" · ");
      /** @type {HTMLButtonElement} */ (find("[data-remove]")).disabled = run.id === running;
    });
  }
}

/** @param {number} id @param {string} name */
function item(id, name) {
  const entry = document.createElement("li");
  entry.innerHTML = `<label><input type="checkbox" id="show-${id}"> <b></b></label><p class="results"></p><div class="actions"><button type="button" class="quiet" data-take="${id}">Set up like this</button><button type="button" class="quiet" data-remove="${id}">Remove</button></div>`;
  /** @type {HTMLElement} */ (entry.querySelector("b")).textContent = name;
  for (const button of entry.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent}: run ${id}`);
  return entry;
}
