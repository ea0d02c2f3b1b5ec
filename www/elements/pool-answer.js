import { timeText } from "../lib/words.js";
import { PageElement } from "./base.js";
import { paint } from "./element.js";

const DIGITS = [..."0123456789"];
/** Below this the answer is a guess, and is said to be one. */
const SURE = 0.5;
const PAUSE = 500;

/** What the network sees and what it says: the most probable digit, and every digit's probability as a bar. */
export class PoolAnswer extends PageElement {
  static keys = /** @type {const} */ (["recognised", "recognitionError"]);
  static markup = `
    <div class="verdict"><output id="digit" aria-label="The digit recognised">–</output>
      <div><p id="verdict-words"></p><p class="hint" id="network-time"></p></div></div>
    <ol class="bars" id="probabilities" aria-label="Probability of each digit">${DIGITS.map(
      (digit) => `<li data-digit="${digit}"><span class="name">${digit}</span><span class="bar"><i></i></span><span class="value">–</span></li>`,
    ).join("")}</ol>
    <figure class="seen"><canvas id="seen" width="28" height="28" role="img" aria-label="The drawing as the network sees it, 28 by 28 pixels"></canvas>
      <figcaption><b>What the network sees</b> 28 × 28 pixels, the digit scaled into 20 × 20 and centred by its mass, as the training digits were.</figcaption></figure>
    <p class="message" id="network-error" role="alert"></p>
    <p class="unseen" role="status" id="verdict-said"></p>`;
  #timer = 0;

  /** @param {import("./base.js").Page} state */
  render({ recognised, recognitionError }) {
    this.find("#network-error").textContent = recognitionError && `The digits cannot be recognised: ${recognitionError}`;
    this.toggleAttribute("data-empty", !recognised);
    const probabilities = [...(recognised?.probabilities ?? DIGITS.map(() => 0))];
    const best = probabilities.indexOf(Math.max(...probabilities));
    const bars = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".bars li"));
    bars.forEach((bar, at) => {
      bar.style.setProperty("--part", String(probabilities[at]));
      bar.toggleAttribute("data-best", Boolean(recognised) && at === best);
      /** @type {HTMLElement} */ (bar.lastElementChild).textContent = recognised ? percent(probabilities[at]) : "–";
    });
    const digit = recognised ? (recognised.labels[best] ?? String(best)) : "–";
    this.find("#digit").textContent = digit;
    const words = recognised ? `${probabilities[best] < SURE ? "Perhaps" : "I read"} ${/^8$/.test(digit) ? "an" : "a"} ${digit}: ${percent(probabilities[best])}` : "Draw a digit, or pick one.";
    this.find("#verdict-words").textContent = words;
    this.find("#network-time").textContent = recognised ? `The network took ${timeText(recognised.milliseconds)}.` : "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.find("#verdict-said").textContent = recognised ? words : ""), PAUSE);
    const seen = /** @type {HTMLCanvasElement} */ (this.find("#seen"));
    if (recognised) paint(seen, recognised.seen);
    else seen.getContext("2d")?.clearRect(0, 0, seen.width, seen.height);
  }
}

/** @param {number} part */
const percent = (part) => (part > 0.999 && part < 1 ? "> 99.9 %" : `${(100 * part).toFixed(part < 0.1 ? 2 : 1)} %`);
