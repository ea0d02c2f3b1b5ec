import { valueText } from "../../lib/network/words.js";
import { page } from "../../lib/sentences/state.js";
import { byPull, foundText, pullOf, pullText, shownFilter } from "../../lib/sentences/words.js";
import { paint } from "../element.js";
import { PoolColorScale } from "../pool-color-scale.js";
import { SentenceElement } from "./base.js";

/** How many filters are listed at first. */
const FEW = 12;

/** The filters, the ones that pull most first: their answers along the sentence, which words won, and how much that pulls. */
export class PoolFilters extends SentenceElement {
  static keys = /** @type {const} */ (["answer", "filter", "all", "column"]);
  static markup = `
    <div class="filter head" aria-hidden="true"><span>Filter</span><span>Its answers along the sentence</span><span class="found" id="won-head">Winning words</span><span class="value" id="value-head">Max</span><span class="pull">Pull</span></div>
    <div class="list" role="radiogroup" aria-label="Filters, the ones that pull most first"></div>
    <div class="actions"><button type="button" id="all-filters"></button><pool-color-scale></pool-color-scale></div>
    <p class="hint" id="silent"></p>`;

  built() {
    this.find(".list").addEventListener("change", ({ target }) => page.set({ filter: Number(/** @type {HTMLInputElement} */ (target).value) }));
    this.find("#all-filters").addEventListener("click", () => page.set({ all: !page.value.all }));
  }

  /** @param {import("./base.js").Page} state */
  render(state) {
    const { answer, all, column } = state;
    if (!answer) return;
    const { lead, looked } = answer;
    const { filters } = looked.reading;
    const max = column.over === "max";
    const shown = shownFilter(state);
    const sorted = byPull(filters);
    const listed = all ? sorted : sorted.slice(0, FEW);
    const list = this.find(".list");
    while (list.children.length > listed.length) list.lastElementChild?.remove();
    while (list.children.length < listed.length) list.append(row());
    const most = Math.max(...filters.map(({ contributions }) => Math.abs(pullOf(contributions))), 1e-6);
    for (const [at, evidence] of listed.entries()) {
      const item = list.children[at];
      const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (item.querySelector(name));
      const radio = /** @type {HTMLInputElement} */ (item.querySelector("input"));
      const pull = pullOf(evidence.contributions);
      radio.value = String(evidence.filter);
      radio.checked = evidence === shown;
      part(".name").textContent = String(evidence.filter + 1);
      paint(/** @type {HTMLCanvasElement} */ (item.querySelector("canvas")), looked.strips[evidence.filter]);
      const won = part(".won");
      const [from, to] = evidence.words;
      won.hidden = !max || from === to || evidence.value === 0;
      won.style.left = `${(100 * (lead + from)) / looked.places}%`;
      won.style.width = `${(100 * (to - from)) / looked.places}%`;
      part(".found").textContent = foundText(answer, evidence);
      part(".value").textContent = valueText(evidence.value);
      const bar = part(".pull");
      bar.style.setProperty("--part", String(Math.abs(pull) / most));
      bar.dataset.sign = pull < 0 ? "first" : "last";
      part(".number").textContent = pullText(pull);
    }
    this.find("#won-head").textContent = max ? "Winning words" : "Strongest at";
    this.find("#value-head").textContent = max ? "Max" : "Mean";
    const silent = filters.filter(({ value }) => value === 0).length;
    this.find("#silent").textContent = silent > 0 ? `${silent} of ${filters.length} filters answer nowhere in this sentence.` : "";
    this.find("#all-filters").textContent = all ? `The strongest ${FEW} alone` : `All ${filters.length} filters`;
    const scale = /** @type {PoolColorScale} */ (this.find("pool-color-scale"));
    scale.setAttribute("min", "0");
    scale.setAttribute("max", String(looked.most));
    scale.palette = looked.palette;
  }
}

function row() {
  const item = document.createElement("div");
  item.innerHTML = `<label class="filter"><input type="radio" name="filter" class="unseen"><span class="name"></span><span class="strip"><canvas aria-hidden="true"></canvas><i class="won"></i></span><span class="found"></span><span class="value"></span><span class="pull"><i></i><span class="number"></span></span></label>`;
  return item;
}
