import { nameOf, networkOf, offered, poolingOf, resolve } from "../../lib/network/catalogue.js";
import { lookAgain } from "../../lib/network/looking.js";
import { compare, page, setColumn } from "../../lib/network/state.js";
import { percent, points } from "../../lib/network/words.js";
import { timeText } from "../../lib/words.js";
import { NetworkElement } from "./base.js";

/** Below this the answer is a guess, and is said to be one. */
const SURE = 0.5;
const PAUSE = 500;

/** Which pooling is in the network, or which two, and what it answers then. */
export class PoolVerdicts extends NetworkElement {
  static keys = /** @type {const} */ (["network", "columns", "looked", "error", "cell", "objects"]);
  static markup = `
    <h2 class="unseen">What the network answers</h2>
    <div class="poolings"></div>
    <div class="actions"><button type="button" id="compare" aria-pressed="false">Compare two poolings</button></div>
    <div class="actions" id="network-failed" hidden><p class="message" id="network-error" role="alert"></p><button type="button" id="look-again">Try again</button></div>
    <p id="verdict"></p>
    <p class="hint" id="truth"></p>
    <ol class="bars" id="probabilities" aria-label="Probability of each answer"></ol>
    <p class="hint" id="network-time"></p>
    <p class="hint" id="trained-on"></p>
    <p class="unseen" role="status" id="verdict-said"></p>`;
  /** What the choices and the bars were made for. */ #made = "";
  #labels = "";
  #timer = 0;

  built() {
    this.find("#compare").addEventListener("click", () => compare(page.value.columns.length === 1));
    this.find("#look-again").addEventListener("click", lookAgain);
    this.addEventListener("change", ({ target }) => {
      const input = /** @type {HTMLInputElement | HTMLSelectElement} */ (target);
      const at = Number(input.dataset.at);
      if (input.matches("select")) setColumn(at, { pooling: input.value, weights: "own" });
      else setColumn(at, { weights: /** @type {"same" | "own"} */ (input.value) });
    });
    this.find("#probabilities").addEventListener("click", ({ target }) => {
      const label = /** @type {Element} */ (target).closest(".why")?.getAttribute("data-label");
      const answer = page.value.looked?.answers[0];
      if (!label || !answer) return;
      page.set({ cell: { layer: answer.layers.length - 1, channel: answer.labels.indexOf(label), row: 0, column: 0 } });
      document.querySelector("#layers")?.scrollIntoView({ block: "start" });
    });
  }

  /** @param {import("./base.js").Page} state */
  render({ network, columns, looked, error, cell, objects }) {
    const known = networkOf(network);
    const made = `${network} ${columns.length}`;
    if (made !== this.#made) this.find(".poolings").innerHTML = columns.map((_, at) => choice(known, at, columns.length)).join("");
    this.#made = made;
    columns.forEach((column, at) => this.#showChoice(known, column, at));
    const both = columns.length === 2;
    const button = this.find("#compare");
    button.setAttribute("aria-pressed", String(both));
    button.textContent = both ? "Back to one pooling" : "Compare two poolings";
    this.find("#network-failed").hidden = error === null;
    this.find("#network-error").textContent = error && `The network cannot be run: ${error}`;
    this.#showBars(looked?.answers ?? [], both, cell);
    const kind = objects?.[looked?.object ?? -1]?.kind;
    // A network of the visitor's may not know such kinds.
    this.find("#truth").textContent = kind && looked?.answers[0]?.labels.includes(kind) ? truth(kind, looked.answers) : null;
    this.toggleAttribute("data-two", both);
    this.toggleAttribute("data-words", known.takes === "picture");
    const words = looked ? (looked.answers.length > 0 ? looked.answers.map((answer, at) => sentence(answer, looked.columns[at], looked.answers.length)).join(" ") : known.takes === "digit" ? "Draw a digit, or pick one." : "") : "";
    this.find("#verdict").textContent = words;
    const times = (looked?.answers ?? []).map(({ milliseconds }) => timeText(milliseconds));
    this.find("#network-time").textContent = times.length > 0 ? `One run took ${times.join(" and ")}. Choose a row to see what speaks for it.${both ? " On the right: B − A, in percentage points." : ""}` : "";
    const data = [...new Set((looked?.answers ?? []).map((answer) => answer.data))].filter(Boolean);
    this.find("#trained-on").textContent = data.length > 0 ? `Trained on: ${data.join("; ")}.` : null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.find("#verdict-said").textContent = words), PAUSE);
  }

  /** @param {import("../../lib/network/catalogue.js").Known} known @param {import("../../lib/network/state.js").Column} column @param {number} at */
  #showChoice(known, column, at) {
    const pooling = poolingOf(column.pooling);
    const { keeps, method } = pooling;
    const name = nameOf(pooling);
    const { own } = resolve(known, column);
    const select = /** @type {HTMLSelectElement} */ (this.find(`#pooling-${at + 1}`));
    select.value = column.pooling;
    const possible = column.pooling in known.trained && column.pooling !== known.first && method !== null;
    this.find(`#weights-${at + 1}`).hidden = !possible;
    for (const weights of ["same", "own"]) /** @type {HTMLInputElement} */ (this.find(`#weights-${at + 1}-${weights}`)).checked = (weights === "own") === own;
    const first = nameOf(poolingOf(known.first)).toLowerCase();
    this.find(`#says-${at + 1}`).textContent = own
      ? `${name} ${keeps}. The weights were trained with it.`
      : `${name} ${keeps}. The same weights, trained with ${first}: they have never seen it.`;
  }

  /** @param {readonly import("../../lib/network/worker.js").Answer[]} answers @param {boolean} both @param {import("../../lib/network/state.js").Cell | null} cell */
  #showBars(answers, both, cell) {
    const labels = answers[0]?.labels ?? [..."0123456789"];
    const list = this.find("#probabilities");
    if (labels.join() !== this.#labels) list.innerHTML = labels.map(bar).join("");
    this.#labels = labels.join();
    const bests = answers.map(({ probabilities }) => probabilities.indexOf(Math.max(...probabilities)));
    const last = (answers[0]?.layers.length ?? 0) - 1;
    [...list.children].forEach((element, at) => {
      const row = /** @type {HTMLElement} */ (element);
      const parts = answers.map(({ probabilities }) => probabilities[at]);
      row.toggleAttribute("data-best", bests[0] === at);
      row.dataset.part = parts.join(" ");
      row.querySelector(".why")?.setAttribute("aria-pressed", String(cell?.layer === last && cell.channel === at));
      const bars = /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll(".bar"));
      bars.forEach((bar, column) => bar.style.setProperty("--part", String(parts[column] ?? 0)));
      bars[1].hidden = !both;
      const value = /** @type {HTMLElement} */ (row.querySelector(".value"));
      value.textContent = parts.length === 0 ? "–" : parts.map(percent).join(" · ");
      /** @type {HTMLElement} */ (row.querySelector(".apart")).textContent = parts.length === 2 ? points(parts[1] - parts[0]) : "";
    });
  }
}

/** What a test picture shows, and who says so. @param {string} kind @param {readonly import("../../lib/network/worker.js").Answer[]} answers */
function truth(kind, answers) {
  const right = answers.map(({ labels, probabilities }) => labels[probabilities.indexOf(Math.max(...probabilities))] === kind);
  const who = right.length === 2 ? (right[0] === right[1] ? (right[0] ? "Both are right." : "Both are wrong.") : `${right[0] ? "A" : "B"} is right.`) : right[0] ? "Right." : "Wrong.";
  return `CIFAR-10 calls this picture ${article(kind)} ${kind}. ${who}`;
}

/** @param {string} label */
const article = (label) => (/^(8|[aeiou])/.test(label) ? "an" : "a");

/** @param {string} label */
const bar = (label) =>
  `<li data-label="${label}"><button type="button" class="why" data-label="${label}" aria-label="What speaks for ${label}" aria-pressed="false">${label}</button><span class="tracks"><span class="bar"><i></i></span><span class="bar second" hidden><i></i></span></span><span class="value">–</span><span class="apart"></span></li>`;

/** @param {import("../../lib/network/catalogue.js").Known} known @param {number} at @param {number} count */
function choice(known, at, count) {
  const number = at + 1;
  const options = offered(known).map(({ id, title }) => `<option value="${id}">${title}</option>`).join("");
  return `<div class="pooling" data-column="${number}"><label for="pooling-${number}">${count > 1 ? `<b class="letter">${"AB"[at]}</b> ` : ""}Pooling in every pooling layer</label>
    <select id="pooling-${number}" data-at="${at}" aria-describedby="says-${number}">${options}</select>
    <fieldset class="choice small" id="weights-${number}"><legend class="unseen">Weights${count > 1 ? ` of ${"AB"[at]}` : ""}</legend>
      <label><input type="radio" name="weights-${number}" id="weights-${number}-same" value="same" data-at="${at}"><span>Same weights</span></label>
      <label><input type="radio" name="weights-${number}" id="weights-${number}-own" value="own" data-at="${at}"><span>Trained for it</span></label></fieldset>
    <p class="hint" id="says-${number}"></p></div>`;
}

/** @param {import("../../lib/network/worker.js").Answer} answer @param {import("../../lib/network/state.js").Column} column @param {number} count */
function sentence({ labels, probabilities }, column, count) {
  const most = Math.max(...probabilities);
  const label = labels[probabilities.indexOf(most)];
  const who = count > 1 ? poolingOf(column.pooling).title : "";
  const verb = most < SURE ? `${who && ":"} perhaps` : who ? " reads" : "I read";
  const text = `${who}${verb} ${article(label)} ${label}, ${percent(most)}.`.trim();
  return text[0].toUpperCase() + text.slice(1);
}
