import { addMethod, choose, goUp } from "../../lib/playground/compare.js";
import { short } from "../../lib/playground/draw.js";
import { bytesText } from "../../lib/playground/facts.js";
import { METHODS } from "../../lib/playground/layers.js";
import { placeWords } from "../../lib/playground/panels.js";
import { PlayElement } from "./base.js";
import { drawCurves } from "./compare-chart.js";

/** @typedef {import("../../lib/playground/compare.js").Compare} Compare */
/** @typedef {import("./pool-grid.js").PoolGrid} PoolGrid */

const nameOf = (/** @type {string} */ method) => METHODS.find(([value]) => value === method)?.[1] ?? method;
const choices = METHODS.map(([value, name]) => `<option value="${value}">${name}</option>`).join("");

const column = (/** @type {number} */ at) => `
  <li>
    <div class="head"><span class="letter" data-line="${at}">${"ABCD"[at]}</span><select aria-label="Method ${"ABCD"[at]}">${choices}</select>${at > 0 ? `<button type="button" class="quiet" data-drop="${at}" aria-label="Remove method ${"ABCD"[at]}">✕</button>` : ""}</div>
    <p class="message"></p>
    <pool-grid still class="pooled"></pool-grid>
    <p class="hint what"></p>
    <pool-grid still class="difference"></pool-grid>
  </li>`;

/** Up to four methods over the layer's windows: maps, differences to the first, numbers and shift curves. */
export class PoolCompare extends PlayElement {
  static keys = /** @type {const} */ (["compare", "panel"]);
  static markup = `
    <p class="message" id="compare-error"></p>
    <ol class="columns"></ol>
    <div class="actions"><button type="button" id="add-method">+ Method</button><span class="hint" id="compare-scale"></span></div>
    <div class="halves">
      <section aria-labelledby="numbers-title">
        <h3 id="numbers-title">In numbers</h3>
        <div class="field"><label for="way-up">Back up by</label><select id="way-up"><option value="nearest">nearest value</option><option value="bilinear">bilinear</option><option value="average">average-unpooling</option></select></div>
        <div class="scroll" tabindex="0" role="region" aria-label="Numbers of the methods"><table class="numbers"><thead><tr><th scope="col">Method</th><th scope="col">Mean</th><th scope="col">Range</th><th scope="col">Energy kept</th><th scope="col">PSNR</th><th scope="col">Bytes</th></tr></thead><tbody></tbody></table></div>
        <p class="hint">Energy kept and PSNR are of the map after it has gone back up to the input’s size, against the input. A method that makes values larger keeps more than 100 %.</p>
      </section>
      <section aria-labelledby="shifts-title">
        <h3 id="shifts-title">When the input moves</h3>
        <p class="hint">How far the output is from moving along, at every shift across by −8 to 8 cells: 0 is exactly along. After R. Zhang, 2019.</p>
        <figure class="chart" role="img" aria-label="Curves of change over shifts; the table below has the numbers"></figure>
        <details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Change at each shift"><table class="shifts"></table></div></details>
      </section>
    </div>`;
  /** @type {unknown} */ #curves = null;

  built() {
    this.addEventListener("change", ({ target }) => {
      const select = /** @type {HTMLSelectElement} */ (target);
      if (select.id === "way-up") return goUp(/** @type {import("../../lib/playground/compare.js").Way} */ (select.value));
      const at = [...this.find(".columns").children].findIndex((item) => item.contains(select));
      if (at >= 0) choose(at, select.value);
    });
    this.addEventListener("click", ({ target }) => {
      const drop = /** @type {HTMLElement} */ (target).closest("[data-drop]")?.getAttribute("data-drop");
      if (drop) {
        choose(Number(drop), null);
        this.find("#add-method").focus();
      }
    });
    this.find("#add-method").addEventListener("click", () => {
      const used = [...this.querySelectorAll("select")].map(({ value }) => value);
      addMethod(METHODS.map(([value]) => value).find((value) => !used.includes(value) && value !== "gated") ?? "min");
    });
  }

  /** @param {import("./base.js").Playground} state */
  render({ compare }) {
    const { methods, way, result, curves, error } = compare;
    this.find("#compare-error").textContent = error;
    for (const part of [".columns", ".halves", ".actions"]) this.find(part).hidden = error !== "";
    const list = this.find(".columns");
    while (list.children.length > methods.length) list.lastElementChild?.remove();
    while (list.children.length < methods.length) list.insertAdjacentHTML("beforeend", column(list.children.length));
    for (const [at, item] of [...list.children].entries()) this.#fill(/** @type {HTMLElement} */ (item), at, compare);
    /** @type {HTMLButtonElement} */ (this.find("#add-method")).disabled = methods.length === 4;
    /** @type {HTMLSelectElement} */ (this.find("#way-up")).value = way;
    if (!result || result.columns.length !== methods.length) return;
    const [low, high] = result.scale;
    const part = result.whole ? "" : ` ${placeWords(result.corner, result.size)}`;
    this.find("#compare-scale").textContent = `All maps from ${short(low)} to ${short(high)}; differences to A from ${short(-result.limit)} (blue) to ${short(result.limit)} (rust).${part}`;
    this.find(".numbers tbody").innerHTML = result.columns.map((one, at) => row(methods[at], at, one)).join("");
    if (this.#curves === curves) return;
    this.#curves = curves;
    drawCurves(this.find(".chart"), methods.map(nameOf), curves);
    this.find(".shifts").innerHTML = table(methods, curves);
  }

  /** @param {HTMLElement} item @param {number} at @param {Compare} compare */
  #fill(item, at, { methods, result }) {
    const select = /** @type {HTMLSelectElement} */ (item.querySelector("select"));
    if (select.value !== methods[at]) select.value = methods[at];
    const one = result && result.columns.length === methods.length ? result.columns[at] : null;
    const [pooled, difference] = ["pooled", "difference"].map((name) => /** @type {PoolGrid} */ (item.querySelector(`.${name}`)));
    const [message, what] = [".message", ".what"].map((name) => /** @type {HTMLElement} */ (item.querySelector(name)));
    message.textContent = one && "error" in one ? one.error : "";
    pooled.hidden = !one || "error" in one;
    const apart = one && !("error" in one) ? one.difference : null;
    difference.hidden = !apart;
    what.textContent = at === 0 ? "What the others are held against." : apart ? `minus ${nameOf(methods[0])}` : "";
    if (!one || "error" in one) return;
    pooled.setAttribute("aria-label", `${nameOf(methods[at])} of the map`);
    pooled.show({ picture: one.pooled });
    if (!apart) return;
    difference.setAttribute("aria-label", `${nameOf(methods[at])} minus ${nameOf(methods[0])}`);
    difference.show({ picture: apart });
  }
}

/** @param {string} method @param {number} at @param {import("../../lib/playground/compare.js").Column} one */
function row(method, at, one) {
  const head = `<th scope="row"><span class="letter" data-line="${at}">${"ABCD"[at]}</span> ${nameOf(method)}</th>`;
  if ("error" in one) return `<tr>${head}<td colspan="5">–</td></tr>`;
  const kept = Number.isFinite(one.energyKept) ? `${(100 * one.energyKept).toFixed(1)} %` : "–";
  const psnr = one.psnr === Infinity ? "exact" : Number.isNaN(one.psnr) ? "–" : `${one.psnr.toFixed(1)} dB`;
  return `<tr>${head}<td>${short(one.mean)}</td><td>${short(one.min)} to ${short(one.max)}</td><td>${kept}</td><td>${psnr}</td><td>${bytesText(one.bytes)}</td></tr>`;
}

/** @param {readonly string[]} methods @param {Compare["curves"]} curves */
function table(methods, curves) {
  const length = curves.find((curve) => curve)?.length ?? 0;
  const far = (length - 1) / 2;
  const head = `<thead><tr><th scope="col">Shift</th>${methods.map((method) => `<th scope="col">${nameOf(method)}</th>`).join("")}</tr></thead>`;
  const rows = Array.from({ length }, (_, at) => `<tr><th scope="row">${String(at - far).replace("-", "−")}</th>${methods.map((_, which) => `<td>${curves[which]?.[at].toFixed(3) ?? "–"}</td>`).join("")}</tr>`);
  return `${head}<tbody>${rows.join("")}</tbody>`;
}
