import { valueText } from "../../lib/network/words.js";
import { foundText, pullOf, pullText, shownFilter } from "../../lib/sentences/words.js";
import { SentenceElement } from "./base.js";

/** More places than these leave no room for words side by side. */
const MANY = 9;

/** One filter along the sentence: its answer at every place, and what pooling over time keeps of them. */
export class PoolFilterCurve extends SentenceElement {
  static keys = /** @type {const} */ (["answer", "filter", "column"]);
  static markup = `
    <div class="along" role="img" aria-labelledby="curve-title curve-said"><div class="columns"></div><i class="level"><b></b></i></div>
    <div class="curve-words"><h3 id="curve-title">…</h3><p id="curve-said"></p></div>`;

  /** @param {import("./base.js").Page} state */
  render(state) {
    const { answer, column } = state;
    const evidence = shownFilter(state);
    if (!answer || !evidence) return;
    const { text, lead, looked } = answer;
    const { reading, places, most, labels } = looked;
    const max = column.over === "max";
    this.find("#curve-title").textContent = `Filter ${evidence.filter + 1} along the sentence`;
    const columns = this.find(".columns");
    while (columns.children.length > places) columns.lastElementChild?.remove();
    while (columns.children.length < places) columns.append(bar());
    columns.toggleAttribute("data-many", places > MANY);
    const [from, to] = evidence.words;
    for (const [at, item] of [...columns.children].entries()) {
      const word = reading.words[at - lead];
      const [fill, name] = /** @type {HTMLElement[]} */ ([...item.children]);
      fill.style.setProperty("--part", String(most > 0 ? evidence.cells[at] / most : 0));
      name.textContent = word ? text.slice(word.start, word.end) : "·";
      item.toggleAttribute("data-winner", max && evidence.value > 0 && at === evidence.place);
      item.toggleAttribute("data-under", max && evidence.value > 0 && at - lead >= from && at - lead < to);
    }
    const level = this.find(".level");
    level.style.setProperty("--part", String(most > 0 ? evidence.value / most : 0));
    /** @type {HTMLElement} */ (level.firstElementChild).textContent = `${max ? "max" : "mean"} ${valueText(evidence.value)}`;
    level.toggleAttribute("data-mean", !max);
    const pull = pullOf(evidence.contributions);
    const label = labels[labels.length - 1];
    const pulls = evidence.value === 0 ? "It adds nothing." : `Times its weight in the linear layer, ${pullText(pull / evidence.value)}, this adds ${pullText(pull)} to the log-odds of ${label}.`;
    const top = valueText(evidence.cells[evidence.place]);
    const where = evidence.value === 0 ? "It answers nowhere." : max ? `It answers most, ${top}, where it reads ${foundText(answer, evidence)}; everything else it answers is dropped.` : `It answers most, ${top}, where it reads ${foundText(answer, evidence)}, but the mean over all ${looked.length} places is ${valueText(evidence.value)}.`;
    this.find("#curve-said").textContent = `${where} ${pulls}`;
  }
}

function bar() {
  const item = document.createElement("div");
  item.innerHTML = "<i></i><span></span>";
  return item;
}
