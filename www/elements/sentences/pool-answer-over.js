import { percent, points } from "../../lib/network/words.js";
import { lookAgain } from "../../lib/sentences/looking.js";
import { page } from "../../lib/sentences/state.js";
import { answerText, pullOf, pullText } from "../../lib/sentences/words.js";
import { SentenceElement } from "./base.js";

/** An answer is read out once it has stood for so many milliseconds. */
const PAUSE = 700;

const SAYS = {
  max: "Keeps, of each filter, the largest answer, wherever in the sentence it stands.",
  same: "Takes, of each filter, the mean of its answers at all 56 places, most of them empty. The weights were trained with max: they have never seen it.",
  own: "Takes, of each filter, the mean of its answers at all 56 places. The weights were trained with it.",
};

/** What pools over time, and what the network answers then. */
export class PoolAnswerOver extends SentenceElement {
  static keys = /** @type {const} */ (["column", "answer", "before", "error"]);
  static markup = `
    <fieldset class="choice" id="over"><legend>Pooling over time</legend>
      <label><input type="radio" name="over" value="max" id="over-max"><span>Max</span></label>
      <label><input type="radio" name="over" value="average" id="over-average"><span>Average</span></label></fieldset>
    <fieldset class="choice small" id="weights" hidden><legend class="unseen">Weights</legend>
      <label><input type="radio" name="weights" value="same" id="weights-same"><span>Same weights</span></label>
      <label><input type="radio" name="weights" value="own" id="weights-own"><span>Trained for it</span></label></fieldset>
    <p class="hint" id="over-says"></p>
    <div class="actions" id="failed" hidden><p class="message" id="words-error" role="alert"></p><button type="button" id="look-again">Try again</button></div>
    <p id="answer">…</p>
    <div class="scale" aria-hidden="true"><i></i></div>
    <p class="ends hint" id="ends" aria-hidden="true"><span></span><span></span></p>
    <p class="hint" id="sum"></p>
    <p class="hint" id="changed"></p>
    <p class="unseen" role="status" id="answer-said"></p>`;
  #timer = 0;

  built() {
    this.addEventListener("change", ({ target }) => {
      const { name, value } = /** @type {HTMLInputElement} */ (target);
      const column = name === "over" ? { over: /** @type {"max" | "average"} */ (value), weights: /** @type {const} */ ("own") } : { ...page.value.column, weights: /** @type {"same" | "own"} */ (value) };
      page.set({ column, before: null });
    });
    this.find("#look-again").addEventListener("click", lookAgain);
  }

  /** @param {import("./base.js").Page} state */
  render({ column: { over, weights }, answer, before, error }) {
    for (const name of ["max", "average"]) /** @type {HTMLInputElement} */ (this.find(`#over-${name}`)).checked = over === name;
    for (const name of ["same", "own"]) /** @type {HTMLInputElement} */ (this.find(`#weights-${name}`)).checked = weights === name;
    this.find("#weights").hidden = over === "max";
    this.find("#over-says").textContent = SAYS[over === "max" ? "max" : weights];
    const failed = error !== null && !error.refused;
    this.find("#failed").hidden = !failed;
    this.find("#words-error").textContent = failed ? `The network cannot be run: ${error.message}` : null;
    this.toggleAttribute("data-faded", error !== null);
    if (!answer) return;
    const { looked } = answer;
    const { labels, reading } = looked;
    const last = labels.length - 1;
    const text = answerText(looked);
    this.find("#answer").textContent = text;
    this.dataset.part = [...reading.probabilities].join(" ");
    const scale = this.find(".scale");
    scale.style.setProperty("--part", String(reading.probabilities[last]));
    scale.toggleAttribute("data-last", reading.probabilities[last] >= 0.5);
    const [first, second] = this.find("#ends").children;
    first.textContent = labels[0];
    second.textContent = labels[last];
    const words = reading.words.reduce((sum, { contributions }) => sum + pullOf(contributions), 0);
    this.find("#sum").textContent = `Log-odds of ${labels[last]}: ${pullText(words)} from the words, ${pullText(pullOf(reading.rest))} from biases and empty places, ${pullText(pullOf(reading.logits))} in all.`;
    const said = before ? changed(before.looked, looked) : "";
    this.find("#changed").textContent = said;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.find("#answer-said").textContent = `${text}. ${said}`), PAUSE);
  }
}

/** @param {import("../../lib/sentences/state.js").Answered["looked"]} before @param {import("../../lib/sentences/state.js").Answered["looked"]} now */
function changed({ reading: before }, { labels, reading: now }) {
  const last = labels.length - 1;
  const [was, is] = [before, now].map(({ probabilities }) => probabilities[last]);
  const answering = before.filters.filter(({ value }) => value > 0);
  const kept = answering.filter(({ filter, value }) => now.filters[filter].value === value).length;
  const apart = points(is - was);
  return `Before, ${labels[last]} had ${percent(was)}: ${apart === "same" ? "the same" : `now ${apart} points`}. ${kept} of the ${answering.length} filters that answered give what they gave.`;
}
