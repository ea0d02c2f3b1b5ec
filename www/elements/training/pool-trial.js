import { save } from "../../lib/training/csv.js";
import { chosenLine, page } from "../../lib/training/state.js";
import { lineName, percent } from "../../lib/training/words.js";
import { TrainingElement } from "./base.js";

const DIGITS = [..."0123456789"];
const PAUSE = 500;

/** A trained network, to be kept, and to be tried on what is drawn. */
export class PoolTrial extends TrainingElement {
  static keys = /** @type {const} */ (["runs", "chosen", "answer", "answerError"]);
  static markup = `
    <div class="field"><label for="network">Network</label><select id="network"></select></div>
    <div class="actions"><button type="button" id="save-network">Save the network</button><span class="hint" id="network-size"></span></div>
    <p class="hint" id="no-network">Train first: the networks of every run can then be chosen here.</p>
    <div class="answer"><p class="verdict"><output id="digit" aria-label="The digit recognised">–</output> <span id="verdict-words"></span></p>
      <ol class="bars" id="probabilities" aria-label="Probability of each digit">${DIGITS.map((digit) => `<li data-digit="${digit}"><span class="name">${digit}</span><span class="bar"><i></i></span><span class="value">–</span></li>`).join("")}</ol></div>
    <p class="message" id="network-error" role="alert"></p>
    <p class="unseen" role="status" id="verdict-said"></p>`;
  #timer = 0;

  built() {
    this.find("#network").addEventListener("change", ({ target }) => {
      const [run, pooling] = /** @type {HTMLSelectElement} */ (target).value.split(" ");
      page.set({ chosen: { run: Number(run), pooling: /** @type {import("../../lib/training/state.js").Pooling} */ (pooling) } });
    });
    this.find("#save-network").addEventListener("click", () => {
      const chosen = chosenLine(page.value);
      if (chosen?.line.file) save(`digits-${chosen.line.pooling}-run-${chosen.run.id}.safetensors`, chosen.line.file, "application/octet-stream");
    });
  }

  /** @param {import("./base.js").Page} state */
  render(state) {
    const { runs, answer, answerError } = state;
    const chosen = chosenLine(state);
    const select = /** @type {HTMLSelectElement} */ (this.find("#network"));
    const finished = runs.flatMap((run) => run.lines.filter(({ file }) => file).map((line) => ({ value: `${run.id} ${line.pooling}`, text: `Run ${run.id}: ${lineName(run, line)}, seed ${run.setup.seed}` })));
    const key = finished.map(({ value }) => value).join();
    if (select.dataset.key !== key) {
      select.dataset.key = key;
      select.replaceChildren(...finished.map(({ value, text }) => new Option(text, value)));
    }
    if (chosen) select.value = `${chosen.run.id} ${chosen.line.pooling}`;
    select.disabled = /** @type {HTMLButtonElement} */ (this.find("#save-network")).disabled = !chosen;
    this.find("#no-network").hidden = Boolean(chosen);
    this.find("#network-size").textContent = chosen?.line.file ? `${Math.round(chosen.line.file.length / 1000)} kB, .safetensors` : "";
    this.find("#network-error").textContent = answerError && `The drawing could not be read: ${answerError}`;
    this.#answer(chosen ? answer : null);
  }

  /** @param {import("./base.js").Page["answer"]} answer */
  #answer(answer) {
    const probabilities = answer?.probabilities ?? DIGITS.map(() => 0);
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.querySelectorAll(".bars li").forEach((bar, at) => {
      /** @type {HTMLElement} */ (bar).style.setProperty("--part", String(probabilities[at]));
      bar.toggleAttribute("data-best", Boolean(answer) && at === best);
      /** @type {HTMLElement} */ (bar.lastElementChild).textContent = answer ? percent(probabilities[at]) : "–";
    });
    const digit = answer ? answer.labels[best] : "–";
    const words = answer ? `${percent(probabilities[best])} sure` : "";
    this.find("#digit").textContent = digit;
    this.find("#verdict-words").textContent = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.find("#verdict-said").textContent = answer ? `I read ${digit}: ${words}` : ""), PAUSE);
  }
}
