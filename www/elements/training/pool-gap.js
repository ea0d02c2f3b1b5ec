import { linear, path, ticks } from "../../lib/training/chart.js";
import { nameOf, POOLINGS, poolingOf } from "../../lib/training/poolings.js";
import { page, SERIES, SIZES } from "../../lib/training/state.js";
import { trainSeries } from "../../lib/training/trainer.js";
import { gapText, whole } from "../../lib/training/words.js";
import { TrainingElement } from "./base.js";
import { cells, row, svg } from "./svg.js";

/** @typedef {import("../../lib/training/state.js").Run} Run */
/** @typedef {import("../../lib/training/state.js").Pooling} Pooling */
/** @typedef {{ pooling: Pooling, images: number, gaps: number[] }} Group  all seeds of one pooling and size */

/** Training less test accuracy at the end, of every finished network. @param {readonly Run[]} runs @returns {Group[]} */
function groupsOf(runs) {
  /** @type {Group[]} */
  const groups = [];
  for (const { setup, lines } of runs) {
    for (const { pooling, status, points } of lines) {
      const end = points.at(-1);
      if (status !== "done" || !end) continue;
      const gap = end.training.accuracy - end.test.accuracy;
      const group = groups.find((one) => one.pooling === pooling && one.images === setup.images);
      if (group) group.gaps.push(gap);
      else groups.push({ pooling, images: setup.images, gaps: [gap] });
    }
  }
  return groups.sort((a, b) => a.images - b.images);
}

/** @param {Group} group */
const meanOf = ({ gaps }) => gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;

/** The gap between training and test accuracy, by the number of training images. */
export class PoolGap extends TrainingElement {
  static keys = /** @type {const} */ (["runs", "running", "images", "queue", "setup"]);
  static markup = `
    <div class="intro"><h2>Less data, larger gap</h2>
      <p>A network can learn a few images by heart. How much better it does on those than on images it has never seen is the gap, and more training images close it. Does the pooling change how fast?</p></div>
    <div class="actions"><button type="button" id="series"></button><p class="hint" id="series-cost"></p></div>
    <div class="pair"><div id="gap-chart"></div><div class="scroll"><table id="gaps"><caption>Gap at the end, in percentage points</caption><thead></thead><tbody></tbody></table></div></div>`;

  built() {
    this.find("#series").textContent = `Train with ${SERIES.sizes.map(whole).join(", ").replace(/, ([^ ]+)$/, " and $1")} images`;
    this.find("#series").addEventListener("click", () => {
      const { setup } = page.value;
      trainSeries(SERIES.sizes.map((images) => ({ ...setup, images, epochs: Math.round(SERIES.seen / images) })));
    });
    new ResizeObserver(() => this.render(page.value)).observe(this.find("#gap-chart"));
  }

  /** @param {import("./base.js").Page} state */
  render({ runs, running, images, queue, setup }) {
    const button = /** @type {HTMLButtonElement} */ (this.find("#series"));
    button.disabled = running !== null || queue.length > 0 || images.status === "loading" || setup.poolings.length === 0;
    this.find("#series-cost").textContent = `Three runs under ${setup.poolings.map(nameOf).join(", ")}: each network sees ${whole(SERIES.seen)} images, the fewer there are the more often.`;
    const groups = groupsOf(runs);
    this.find(".pair").hidden = groups.length === 0;
    if (groups.length === 0) return;
    this.#draw(groups);
    this.#list(groups);
  }

  /** @param {Group[]} groups */
  #draw(groups) {
    const chart = this.find("#gap-chart");
    const [width, height] = [Math.max(240, chart.clientWidth), 260];
    const box = { left: 44, right: width - 14, top: 12, bottom: height - 40 };
    const gaps = groups.flatMap((group) => group.gaps);
    const [low, high] = [Math.min(0, ...gaps), Math.max(0.05, ...gaps) * 1.05];
    const across = linear([Math.log(SIZES[0]), Math.log(SIZES[SIZES.length - 1])], [box.left + 12, box.right - 12]);
    const [x, y] = [(/** @type {number} */ images) => across(Math.log(images)), linear([low, high], [box.bottom, box.top])];
    const grid = ticks(low, high).flatMap((tick) => [
      svg("path", { class: "grid", d: `M${box.left} ${y(tick)}H${box.right}` }),
      svg("text", { class: "tick", x: box.left - 8, y: y(tick) + 4, "text-anchor": "end" }, String(Math.round(1000 * tick) / 10)),
    ]);
    const sizes = [100, 1000, 10_000].map((size) => svg("text", { class: "tick", x: x(size), y: box.bottom + 18, "text-anchor": "middle" }, whole(size)));
    const name = svg("text", { class: "tick", x: (box.left + box.right) / 2, y: height - 5, "text-anchor": "middle" }, "training images");
    const lines = POOLINGS.flatMap(({ word }) => {
      const own = groups.filter(({ pooling }) => pooling === word);
      if (own.length === 0) return [];
      const marks = own.flatMap((group) => group.gaps.map((gap) => svg("path", { class: "mark", d: poolingOf(word).mark, transform: `translate(${x(group.images).toFixed(1)} ${y(gap).toFixed(1)}) scale(1.5)` })));
      return [svg("g", { class: `line-${word}` }, svg("path", { class: "test", d: path(own.map((group) => [x(group.images), y(meanOf(group))])) }), ...marks)];
    });
    chart.replaceChildren(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Gap between training and test accuracy by the number of training images; the table beside it has the numbers" }, ...grid, ...sizes, name, ...lines));
  }

  /** @param {Group[]} groups */
  #list(groups) {
    const sizes = [...new Set(groups.map(({ images }) => images))];
    this.find("#gaps thead").replaceChildren(row(...cells("th", ["Pooling", ...sizes.map(whole)], "col")));
    const rows = POOLINGS.filter(({ word }) => groups.some(({ pooling }) => pooling === word)).map(({ word, name, mark }) => {
      const label = document.createElement("span");
      label.append(svg("svg", { class: `swatch line-${word}`, viewBox: "-6 -6 12 12", width: 12, height: 12, "aria-hidden": "true" }, svg("path", { class: "mark", d: mark })), name);
      const values = sizes.map((size) => groups.find(({ pooling, images }) => pooling === word && images === size));
      return row(...cells("th", [label], "row"), ...cells("td", values.map((group) => (group ? gapText(meanOf(group), "accuracy") : ""))));
    });
    this.find("#gaps tbody").replaceChildren(...rows);
  }
}
