import { fillGradient, measureAt, paintGradient, setBackward } from "../../lib/playground/backward.js";
import { short } from "../../lib/playground/draw.js";
import { placeWords } from "../../lib/playground/panels.js";
import { page } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";

/** @typedef {import("./pool-grid.js").PoolGrid} PoolGrid */
/** @typedef {CustomEvent<{ row: number, column: number }>} At */

const digits = (/** @type {number} */ value) => Number(value.toPrecision(5)).toString().replace("-", "−");

/** Where a gradient painted at the layer's output goes, and a slope measured beside what the backward pass says. */
export class PoolBackward extends PlayElement {
  static keys = /** @type {const} */ (["backward", "panel"]);
  static markup = `
    <p class="message"></p>
    <div class="flow">
      <figure>
        <figcaption><h3>Gradient of the output</h3><p class="hint">Paint it: a click sets a cell, another one clears it. Arrow keys move, Enter sets, Delete clears.</p></figcaption>
        <pool-grid id="grad-output" aria-label="Gradient of the output. Arrow keys move, Enter sets a cell, Delete clears it."></pool-grid>
        <div class="actions">
          <span class="field"><label for="grad-value">Set to</label><input id="grad-value" type="number" step="any" value="1"></span>
          <button type="button" data-fill="1">All 1</button><button type="button" data-fill="0">All 0</button>
        </div>
      </figure>
      <figure>
        <figcaption><h3>Gradient of the input</h3><p class="hint">Where it goes: what a change of each cell would change. Click a cell to measure it.</p></figcaption>
        <pool-grid id="grad-input" aria-label="Gradient of the input. Arrow keys choose the cell that is measured."></pool-grid>
        <p class="hint" id="flow-scale"></p>
      </figure>
      <section class="check" aria-labelledby="check-title">
        <h3 id="check-title">Does it hold?</h3>
        <p class="hint">The cell is moved a little, the layer run again, and the change of Σ gradient · output divided by the step.</p>
        <table><caption class="unseen">The gradient of the cell, computed and measured</caption><tbody>
          <tr><th scope="row">cell</th><td id="check-cell"></td></tr>
          <tr><th scope="row">backward says</th><td id="check-slope"></td></tr>
          <tr><th scope="row">measured</th><td id="check-measured"></td></tr>
          <tr><th scope="row">difference</th><td id="check-difference"></td></tr>
          <tr><th scope="row">downwards, upwards</th><td id="check-sides"></td></tr>
          <tr><th scope="row">step</th><td id="check-step"></td></tr>
        </tbody></table>
        <p id="verdict" role="status"></p>
      </section>
    </div>`;

  built() {
    const output = /** @type {PoolGrid} */ (this.find("#grad-output"));
    const input = /** @type {PoolGrid} */ (this.find("#grad-input"));
    const on = (/** @type {PoolGrid} */ grid, /** @type {string} */ name, /** @type {(at: At["detail"]) => void} */ heard) => grid.addEventListener(name, (event) => heard(/** @type {At} */ (event).detail));
    on(output, "point", (at) => setBackward({ at }));
    on(output, "clear", (at) => paintGradient(at, 0));
    on(output, "press", (at) => {
      const { flow, gradient, brush } = page.value.backward;
      const now = gradient === null ? 1 : gradient[at.row * (flow?.output.width ?? 0) + at.column];
      paintGradient(at, now === brush ? 0 : brush);
    });
    for (const name of ["point", "press"]) on(input, name, measureAt);
    this.find("#grad-value").addEventListener("input", ({ target }) => {
      const brush = /** @type {HTMLInputElement} */ (target).valueAsNumber;
      if (Number.isFinite(brush)) setBackward({ brush: Math.fround(brush) });
    });
    this.addEventListener("click", ({ target }) => {
      const fill = /** @type {HTMLElement} */ (target).closest("[data-fill]")?.getAttribute("data-fill");
      if (fill) fillGradient(fill === "1" ? 1 : 0);
    });
  }

  /** @param {import("./base.js").Playground} state */
  render({ backward }) {
    const { flow, at, cell, slope, error, refused } = backward;
    this.find(".message").textContent = error;
    this.find(".flow").hidden = !flow;
    if (!flow) return;
    const place = cell ?? flow.most;
    /** @type {PoolGrid} */ (this.find("#grad-output")).show({ picture: flow.output, cursor: at });
    /** @type {PoolGrid} */ (this.find("#grad-input")).show({ picture: flow.input, cursor: place });
    const part = flow.whole ? "" : ` ${placeWords(flow.corner, flow.input)}`;
    const say = (/** @type {string} */ id, /** @type {string} */ text) => (this.find(id).textContent = text);
    say("#flow-scale", `Blue below 0, rust above; the strongest colour is ${short(flow.limits[1])}.${part}`);
    say("#check-cell", `row ${place.row}, column ${place.column}`);
    if (!slope) {
      for (const id of ["slope", "measured", "difference", "sides", "step"]) say(`#check-${id}`, "–");
      return say("#verdict", refused ? `Not measured: ${refused}.` : "");
    }
    say("#check-slope", digits(slope.slope));
    say("#check-measured", digits(slope.measured));
    say("#check-difference", digits(slope.measured - slope.slope));
    say("#check-sides", `${digits(slope.below)}, ${digits(slope.above)}`);
    say("#check-step", `± ${digits(slope.step)}`);
    say("#verdict", verdict(slope));
  }
}

/** @param {import("../../lib/playground/core.js").MeasuredSlope} slope */
function verdict({ slope, below, above, measured, kink }) {
  const far = 0.02 * Math.max(1, Math.abs(slope));
  if (kink) {
    const side = Math.abs(below - slope) <= far ? "downwards" : Math.abs(above - slope) <= far ? "upwards" : "";
    const of = side ? `The backward pass gives the slope ${side}` : "The backward pass gives one of many slopes that are all right";
    return `The function has a kink or a jump here: cells tie, or another one takes over. The two sides differ, and no number is the slope. ${of}.`;
  }
  return Math.abs(measured - slope) <= far ? "They agree." : "They differ: within the step the function bends too sharply, or a random draw falls otherwise.";
}
