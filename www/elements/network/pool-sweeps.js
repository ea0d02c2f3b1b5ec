import { COVER, coverAll, stopCovering } from "../../lib/network/sweeping.js";
import { percent, titleOf } from "../../lib/network/words.js";
import { paint } from "../element.js";
import { PoolColorScale } from "../pool-color-scale.js";
import { NetworkElement } from "./base.js";
import { PoolChart } from "./pool-chart.js";

/** @typedef {NonNullable<import("./base.js").Page["curve"]>} Curve */

/** Shifts that the table of layers takes the mean over: those that leave a centred digit whole. */
const NEAR = 4;

/** How the answer and each layer hold when the picture moves, and which part of it the answer hangs on. */
export class PoolSweeps extends NetworkElement {
  static keys = /** @type {const} */ (["curve", "curveError", "shift", "covered", "covering", "coverError", "looked"]);
  static markup = `
    <div class="sweep"><h3>The answer while the picture moves</h3>
      <p class="hint" id="curve-says"></p>
      <pool-chart id="curve"></pool-chart>
      <p class="legend" hidden><span class="line-1"><b></b></span> <span class="line-2"><b></b></span></p>
      <p class="message" id="curve-error" role="alert"></p>
      <details id="curve-table"><summary>The same as a table</summary><div class="scroll" tabindex="0" role="group" aria-label="Probability for each shift"><table></table></div></details></div>
    <div class="sweep"><h3>How much of each layer moves along</h3>
      <p class="hint">The mean over shifts by 1 to ${NEAR} pixels each way. 100 %: the map is the same, only moved. Flat layers are to stay the same. What a stride of 2 throws away shows as a drop after pooling.</p>
      <table id="moves-along"></table></div>
    <div class="sweep"><h3>What the answer hangs on</h3>
      <p class="hint">A square of ${COVER} × ${COVER} pixels is put over every place in turn. Each pixel is coloured by the probability that is left: dark where the answer falls.</p>
      <div class="actions"><button type="button" id="cover-all">Cover every place</button><button type="button" id="cover-stop" hidden>Stop</button><progress id="cover-progress" max="1" value="0" aria-label="Part of the places covered" hidden></progress></div>
      <p class="message" id="cover-error" role="alert"></p>
      <div class="covered"></div>
      <p class="unseen" role="status" id="cover-said"></p></div>`;
  /** What is shown. @type {Curve | null} */ #curve = null;
  #shift = NaN;
  /** @type {unknown} */ #covered = null;

  built() {
    this.find("#cover-all").addEventListener("click", coverAll);
    this.find("#cover-stop").addEventListener("click", () => {
      stopCovering();
      this.find("#cover-all").focus();
    });
  }

  /** @param {import("./base.js").Page} state */
  render({ curve, curveError, shift, covered, covering, coverError, looked }) {
    this.find("#curve-error").textContent = curveError && `The curve cannot be drawn: ${curveError}`;
    if (curve && (curve !== this.#curve || shift[1] !== this.#shift)) this.#showCurve(curve, shift[1]);
    [this.#curve, this.#shift] = [curve, shift[1]];
    const works = covering !== null;
    this.find("#cover-all").hidden = works;
    /** @type {HTMLButtonElement} */ (this.find("#cover-all")).disabled = !looked || looked.answers.length === 0;
    this.find("#cover-stop").hidden = !works;
    const progress = /** @type {HTMLProgressElement} */ (this.find("#cover-progress"));
    progress.hidden = !works;
    progress.value = covering ?? 0;
    this.find("#cover-error").textContent = coverError && `The places cannot be covered: ${coverError}`;
    if (covered !== this.#covered) this.#showCovered(covered);
    this.#covered = covered;
  }

  /** @param {Curve} curve @param {number} now */
  #showCurve({ shifts, columns: found, poolings }, now) {
    const two = found.length > 1;
    const names = found.map(({ labels, best }, at) => `${two ? `${"AB"[at]}, ` : ""}${poolings[at]}: the probability of ${labels[best]}`);
    this.find("#curve-says").textContent = two ? "" : `With ${names[0]}, for every shift to the left and right. Beyond 4 pixels a centred digit leaves the picture; other pictures have their edge repeated.`;
    const lines = found.map(({ probabilities }, at) => ({ letter: two ? "AB"[at] : "", title: names[at], values: probabilities }));
    const chart = this.querySelector("pool-chart");
    if (chart instanceof PoolChart) chart.data = { shifts, lines, now };
    this.find(".legend").hidden = !two;
    names.forEach((name, at) => {
      const entry = this.find(`.legend .line-${at + 1}`);
      if (two) entry.innerHTML = `<b></b> ${name}`;
    });
    const head = `<tr><th scope="col">Shift to the right</th>${names.map((name) => `<th scope="col">${name}</th>`).join("")}</tr>`;
    const rows = shifts.map((by, at) => `<tr><th scope="row">${String(by).replace("-", "−")}</th>${lines.map(({ values }) => `<td>${percent(values[at])}</td>`).join("")}</tr>`);
    this.find("#curve-table table").innerHTML = head + rows.join("");
    this.#showLayers(shifts, found);
  }

  /** @param {readonly number[]} shifts @param {Curve["columns"]} found */
  #showLayers(shifts, found) {
    const near = shifts.flatMap((by, at) => (by !== 0 && Math.abs(by) <= NEAR ? [at] : []));
    const mean = (/** @type {readonly (number | null)[]} */ moved) => {
      const known = near.flatMap((at) => moved[at] ?? []);
      return known.length > 0 ? known.reduce((a, b) => a + b) / known.length : null;
    };
    const head = found.length > 1 ? `<tr><th scope="col">Layer</th><th scope="col">A</th><th scope="col">B</th></tr>` : `<tr><th scope="col">Layer</th><th scope="col">Moves along</th></tr>`;
    const layers = found[0].layers;
    const rows = layers.map(({ kind }, at) => {
      const cells = found.map(({ layers }) => (layers[at] ? mean(layers[at].moved) : null));
      return `<tr data-kind="${kind}"><th scope="row">${titleOf(layers, at)}</th>${cells.map((part) => `<td data-part="${part ?? 0}"><i></i><span>${part === null ? "–" : percent(part)}</span></td>`).join("")}</tr>`;
    });
    const table = this.find("#moves-along");
    table.innerHTML = head + rows.join("");
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll("[data-part]"))) cell.style.setProperty("--part", cell.dataset.part ?? "0");
  }

  /** @param {import("./base.js").Page["covered"]} covered */
  #showCovered(covered) {
    const figures = (covered?.maps ?? []).map(({ label, plain, least, image }, at) => {
      const figure = document.createElement("figure");
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      const title = `${covered && covered.maps.length > 1 ? `${"AB"[at]}, ` : ""}${covered?.poolings[at]}`;
      const words = `${title}: ${label} has ${percent(plain)}; with the worst place covered ${percent(least)} are left.`;
      canvas.setAttribute("aria-label", words);
      paint(canvas, image);
      const caption = document.createElement("figcaption");
      caption.className = "hint";
      caption.textContent = words;
      const scale = new PoolColorScale();
      scale.setAttribute("min", "0");
      scale.setAttribute("max", "1");
      figure.append(canvas, caption, scale);
      if (covered) queueMicrotask(() => (scale.palette = covered.palette));
      return figure;
    });
    this.find(".covered").replaceChildren(...figures);
    this.find("#cover-said").textContent = covered ? covered.maps.map(({ label, least }) => `${label}: at the worst place ${percent(least)} are left.`).join(" ") : "";
  }
}
