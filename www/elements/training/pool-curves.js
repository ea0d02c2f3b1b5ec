import { curvesOf, linear, path, pointAt, scaleOf, spread, ticks } from "../../lib/training/chart.js";
import { nameOf, poolingOf } from "../../lib/training/poolings.js";
import { page } from "../../lib/training/state.js";
import { gapText, lineName, percent, short, valueText, whole } from "../../lib/training/words.js";
import { TrainingElement } from "./base.js";
import { cells, row, svg } from "./svg.js";

/** @typedef {import("../../lib/training/chart.js").Curve} Curve */
/** @typedef {import("../../lib/training/state.js").Measure} Measure */

/** The places that the keyboard steps through: as many as a run has points. */
const STEPS = 24;
const NARROW = 560;
const KEYS = /** @type {const} */ (["runs", "measure", "at"]);

/** How each network came to know its training images, and the test images: one chart for all runs that are shown. */
export class PoolCurves extends TrainingElement {
  static keys = KEYS;
  static markup = `
    <div class="head"><h2>Training and test curves</h2>
      <fieldset class="choice small"><legend class="unseen">What the curves show</legend>
        <label><input type="radio" name="measure" value="accuracy" id="measure-accuracy" checked><span>Accuracy</span></label>
        <label><input type="radio" name="measure" value="loss" id="measure-loss"><span>Loss</span></label></fieldset></div>
    <p class="legend" aria-hidden="true"><span><svg viewBox="0 0 34 10" width="34" height="10"><path class="test" d="M1 5H33"/></svg>test images</span> <span><svg viewBox="0 0 34 10" width="34" height="10"><path class="known" d="M1 5H33"/></svg>training images</span> <span><i></i>the gap between them</span></p>
    <div id="chart"></div>
    <label class="scrub"><span>Look at</span><input type="range" id="at" min="0" max="${STEPS}" step="1"><output id="epoch"></output></label>
    <div class="scroll"><table class="readout" id="readout"><caption class="unseen"></caption><thead></thead><tbody></tbody></table></div>
    <details id="all"><summary>All numbers as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="All numbers"><table id="numbers"><caption class="unseen">Every point of the curves</caption><thead></thead><tbody></tbody></table></div></details>`;
  /** Where epochs begin and end in the chart. */ #across = [0, 1];

  built() {
    this.addEventListener("change", ({ target }) => {
      const { name, value } = /** @type {HTMLInputElement} */ (target);
      if (name === "measure") page.set({ measure: /** @type {Measure} */ (value) });
    });
    this.find("#at").addEventListener("input", ({ target }) => page.set({ at: Number(/** @type {HTMLInputElement} */ (target).value) / STEPS }));
    const chart = this.find("#chart");
    for (const kind of ["pointermove", "pointerdown"]) chart.addEventListener(kind, (event) => this.#point(/** @type {PointerEvent} */ (event)));
    this.find("#all").addEventListener("toggle", () => this.render(page.value));
    new ResizeObserver(() => this.render(page.value)).observe(chart);
  }

  /** @param {PointerEvent} event */
  #point({ clientX }) {
    const [from, to] = this.#across;
    const share = (clientX - this.find("#chart").getBoundingClientRect().left - from) / (to - from);
    page.set({ at: Math.max(0, Math.min(1, share)) });
  }

  /** @param {import("./base.js").Page} state */
  render({ runs, measure, at }) {
    const curves = curvesOf(runs);
    const epochs = Math.max(1, ...curves.map(({ run }) => run.setup.epochs));
    this.toggleAttribute("data-empty", curves.length === 0);
    this.#draw(curves, measure, epochs, at * epochs);
    this.#read(curves, measure, at * epochs);
    const range = /** @type {HTMLInputElement} */ (this.find("#at"));
    range.value = String(Math.round(at * STEPS));
    range.disabled = curves.length === 0;
    this.find("#epoch").textContent = curves.length > 0 ? `epoch ${(at * epochs).toFixed(1)}` : "";
    const values = curves.map(({ run, line }) => `${lineName(run, line)}: test ${valueText(pointAt(line, at * epochs).test[measure], measure)}, training ${valueText(pointAt(line, at * epochs).training[measure], measure)}`);
    range.setAttribute("aria-valuetext", `Epoch ${(at * epochs).toFixed(1)}. ${values.join("; ")}`);
    this.#list(curves, measure);
  }

  /** @param {Curve[]} curves @param {Measure} measure @param {number} epochs @param {number} epoch */
  #draw(curves, measure, epochs, epoch) {
    const chart = this.find("#chart");
    const width = Math.max(240, chart.clientWidth);
    const narrow = width < NARROW;
    const height = narrow ? 260 : 380;
    const several = new Set(curves.map(({ run }) => run.setup.images)).size > 1;
    const box = { left: 48, right: width - (narrow ? (several ? 108 : 78) : several ? 150 : 96), top: 14, bottom: height - 40 };
    this.#across = [box.left, box.right];
    const scale = scaleOf(curves, measure);
    const [x, y] = [linear([0, epochs], [box.left, box.right]), linear([scale.low, scale.high], [box.bottom, box.top])];
    const text = (/** @type {number} */ value) => (measure === "accuracy" ? `${Math.round(100 * value)} %` : String(value));
    const grid = scale.ticks.flatMap((tick) => [
      svg("path", { class: "grid", d: `M${box.left} ${y(tick)}H${box.right}` }),
      svg("text", { class: "tick", x: box.left - 8, y: y(tick) + 4, "text-anchor": "end" }, text(tick)),
    ]);
    const across = ticks(0, epochs).filter(Number.isInteger).map((tick) => svg("text", { class: "tick", x: x(tick), y: box.bottom + 18, "text-anchor": "middle" }, String(tick)));
    const names = svg("text", { class: "tick", x: (box.left + box.right) / 2, y: height - 5, "text-anchor": "middle" }, "epochs");
    const clip = svg("clipPath", { id: "plot" }, svg("rect", { x: box.left - 5, y: box.top - 5, width: box.right - box.left + 10, height: box.bottom - box.top + 5 }));
    const drawn = curves.map((curve) => this.#curve(curve, measure, x, y));
    const ends = curves.map(({ line }) => /** @type {import("../../lib/training/chart.js").Point} */ (line.points.at(-1)));
    const heights = spread(ends.map((end) => Math.min(box.bottom, y(end.test[measure]))), 15, box.bottom);
    const labels = curves.map(({ run, line }, at) =>
      svg(
        "g",
        { class: `line-${line.pooling}` },
        svg("path", { class: "leader", d: `M${x(ends[at].epoch) + 6} ${Math.min(box.bottom, y(ends[at].test[measure]))}L${box.right + 8} ${heights[at]}` }),
        svg("text", { class: "label", x: box.right + 12, y: heights[at] + 4 }, several ? `${nameOf(line.pooling)}, ${narrow ? short(run.setup.images) : whole(run.setup.images)}` : nameOf(line.pooling)),
      ),
    );
    const rule = curves.length > 0 ? [svg("path", { class: "rule", d: `M${x(epoch)} ${box.top}V${box.bottom}` })] : [svg("text", { class: "empty", x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, "text-anchor": "middle" }, "The curves grow here.")];
    const about = curves.length > 0 ? `${measure === "accuracy" ? "Accuracy" : "Loss"} by epoch. At the end: ${curves.map(({ run, line }, at) => `${lineName(run, line)}: test ${valueText(ends[at].test[measure], measure)}`).join("; ")}` : "No curves yet";
    chart.replaceChildren(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": about }, clip, ...grid, ...across, names, ...rule, svg("g", { "clip-path": "url(#plot)" }, ...drawn), ...labels));
  }

  /** @param {Curve} curve @param {Measure} measure @param {(epoch: number) => number} x @param {(value: number) => number} y */
  #curve({ line }, measure, x, y) {
    const { points, pooling } = line;
    const places = (/** @type {"training" | "test"} */ of) => points.map((point) => /** @type {[number, number]} */ ([x(point.epoch), y(point[of][measure])]));
    const [known, test] = [places("training"), places("test")];
    const marks = test.map(([left, top]) => svg("path", { class: "mark", d: poolingOf(pooling).mark, transform: `translate(${left.toFixed(1)} ${top.toFixed(1)})` }));
    return svg("g", { class: `line-${pooling}` }, svg("path", { class: "between", d: `${path([...known, ...test.toReversed()])}Z` }), svg("path", { class: "known", d: path(known) }), svg("path", { class: "test", d: path(test) }), ...marks);
  }

  /** What the curves say at one place. @param {Curve[]} curves @param {Measure} measure @param {number} epoch */
  #read(curves, measure, epoch) {
    const table = this.find("#readout");
    table.hidden = curves.length === 0;
    /** @type {HTMLElement} */ (table.querySelector("caption")).textContent = `Values at epoch ${epoch.toFixed(1)}`;
    const unit = measure === "accuracy" ? "Gap, points" : "Gap";
    table.querySelector("thead")?.replaceChildren(row(...cells("th", ["Network", "Test", "Training", unit], "col")));
    const rows = curves.map(({ run, line }) => {
      const { training, test } = pointAt(line, epoch);
      const swatch = svg("svg", { class: `swatch line-${line.pooling}`, viewBox: "-6 -6 12 12", width: 12, height: 12, "aria-hidden": "true" }, svg("path", { class: "mark", d: poolingOf(line.pooling).mark }));
      const name = document.createElement("span");
      name.append(swatch, lineName(run, line));
      return row(...cells("th", [name], "row"), ...cells("td", [valueText(test[measure], measure), valueText(training[measure], measure), gapText(training[measure] - test[measure], measure)]));
    });
    table.querySelector("tbody")?.replaceChildren(...rows);
  }

  /** Every point, for those who do not see the chart; made when it is asked for. @param {Curve[]} curves @param {Measure} measure */
  #list(curves, measure) {
    const details = /** @type {HTMLDetailsElement} */ (this.find("#all"));
    details.hidden = curves.length === 0;
    if (!details.open) return;
    const table = this.find("#numbers");
    table.querySelector("thead")?.replaceChildren(row(...cells("th", ["Epoch", ...curves.flatMap(({ run, line }) => [`${lineName(run, line)}: test`, "training"])], "col")));
    const epochs = [...new Set(curves.flatMap(({ line }) => line.points.map((point) => point.epoch)))].sort((a, b) => a - b);
    const rows = epochs.map((epoch) => {
      const values = curves.flatMap(({ line }) => {
        const point = line.points.find((one) => one.epoch === epoch);
        return [point?.test, point?.training].map((score) => (score ? (measure === "accuracy" ? percent(score[measure]) : score[measure].toFixed(3)) : ""));
      });
      return row(...cells("th", [epoch.toFixed(2)], "row"), ...cells("td", values));
    });
    table.querySelector("tbody")?.replaceChildren(...rows);
  }
}
