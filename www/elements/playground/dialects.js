import { carryFrom, paste, setDialects } from "../../lib/playground/dialects.js";
import { PlayElement } from "./base.js";

/** @typedef {import("../../lib/playground/dialects.js").Dialects} Dialects */
/** @typedef {import("../../lib/playground/dialects.js").DialectName} DialectName */
/** @typedef {import("./pool-grid.js").PoolGrid} PoolGrid */

/** What a framework's lines name besides themselves. @type {Record<string, string>} */
const NAMES = { PyTorch: "nn is torch.nn, F its functional", ONNX: "helper is onnx.helper", Keras: "in channels-last layout", Flax: "nn is flax.linen", Rust: "with the crate deep_end" };

/** The most cells a side of the map of cells that differ. */
const MOST_DRAWN = 64;

const escaped = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** The layer in frameworks' words, a field to set it from a line, and the cells in which the words would mean something else. */
export class PoolCode extends PlayElement {
  static keys = /** @type {const} */ (["dialects", "panel"]);
  static markup = `
    <form class="paste">
      <label for="paste-line">Paste a layer’s line</label>
      <input id="paste-line" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)">
      <button type="submit">Set the layer</button>
      <p class="hint" id="pasted" role="status"></p>
      <p class="hint">PyTorch, ONNX, Keras, TensorFlow or Flax: <button type="button" class="quiet" data-try="nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)">try PyTorch’s</button> <button type="button" class="quiet" data-try="MaxPooling2D(pool_size=3, strides=2, padding=&quot;same&quot;)">try Keras’s</button> <button type="button" class="quiet" data-try="AveragePooling2D(pool_size=3, strides=2, padding=&quot;same&quot;)">a mean at the edge</button></p>
    </form>
    <p class="message"></p>
    <div class="halves">
      <section aria-labelledby="lines-title"><h3 id="lines-title">The same layer, exactly</h3><dl class="lines"></dl></section>
      <section aria-labelledby="carried-title" class="carried"><h3 id="carried-title">The same words elsewhere</h3>
        <p class="hint">What the line would mean if its parameters were copied over as they stand.</p>
        <div class="field"><label for="carry-from">Copied from</label><select id="carry-from"></select></div>
        <ul class="verdicts"></ul>
        <pool-grid still></pool-grid>
        <ul class="reasons"></ul>
      </section>
    </div>
    <p class="unseen" role="status" id="code-copied"></p>`;
  /** @type {readonly import("../../lib/playground/core.js").DialectLine[] | null} */ #lines = null;
  /** @type {unknown} */ #carried = null;

  built() {
    const field = /** @type {HTMLInputElement} */ (this.find("#paste-line"));
    this.find(".paste").addEventListener("submit", (event) => {
      event.preventDefault();
      paste(field.value);
    });
    this.find("#carry-from").addEventListener("change", ({ target }) => carryFrom(/** @type {DialectName} */ (/** @type {HTMLSelectElement} */ (target).value)));
    this.addEventListener("click", ({ target }) => {
      const button = /** @type {HTMLElement} */ (target).closest("button");
      if (button?.dataset.try) {
        field.value = button.dataset.try;
        paste(field.value);
      }
      if (button?.dataset.copy) this.#copy(button);
      if (button?.dataset.to) setDialects({ to: /** @type {DialectName} */ (button.dataset.to) });
    });
  }

  /** @param {HTMLElement} button */
  async #copy(button) {
    const line = this.#lines?.find(({ dialect }) => dialect === button.dataset.copy)?.source ?? "";
    const said = this.find("#code-copied");
    try {
      await navigator.clipboard.writeText(line);
      said.textContent = `${button.dataset.copy}’s line is copied.`;
      button.textContent = "Copied";
    } catch {
      const code = button.parentElement?.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      said.textContent = "The browser did not allow copying. The line is selected: copy it by key.";
    }
  }

  /** @param {import("./base.js").Playground} state */
  render({ dialects }) {
    const { lines, pasted, error } = dialects;
    this.find(".message").textContent = error;
    this.find(".halves").hidden = lines.length === 0;
    const said = this.find("#pasted");
    said.textContent = pasted?.text ?? "";
    said.className = pasted?.wrong ? "message" : "hint";
    /** @type {HTMLInputElement} */ (this.find("#paste-line")).setAttribute("aria-invalid", String(pasted?.wrong ?? false));
    if (lines !== this.#lines) this.#write(lines);
    this.#carry(dialects);
  }

  /** @param {Dialects["lines"]} lines */
  #write(lines) {
    this.#lines = lines;
    this.find(".lines").innerHTML = lines
      .map(({ dialect, source, refusal }) => {
        const said = source === undefined ? `<dd class="hint">No line: ${escaped(refusal ?? "")}</dd>` : `<dd class="line"><code>${escaped(source)}</code><button type="button" data-copy="${dialect}" aria-label="Copy ${dialect}’s line">Copy</button></dd>`;
        return `<dt>${dialect} <span class="hint">${NAMES[dialect]}</span></dt>${said}`;
      })
      .join("");
    this.find("#carry-from").innerHTML = lines.flatMap(({ dialect, source }) => (source === undefined || dialect === "Rust" ? [] : [`<option>${dialect}</option>`])).join("");
  }

  /** @param {Dialects} dialects */
  #carry({ from, carried, to, output }) {
    this.find(".carried").hidden = carried.length === 0;
    const select = /** @type {HTMLSelectElement} */ (this.find("#carry-from"));
    if (select.value !== from) select.value = from;
    const key = JSON.stringify([from, to]);
    if (this.#carried === carried && this.dataset.carried === key) return;
    this.#carried = carried;
    this.dataset.carried = key;
    const verdict = (/** @type {Dialects["carried"][number]} */ { dialect, refusal, differences }) => {
      if (refusal !== undefined) return `<b>${dialect}</b> <span class="hint">cannot say it: ${escaped(refusal)}</span>`;
      const count = differences?.count ?? 0;
      if (count === 0) return `<b>${dialect}</b> <span class="same">the same in every cell</span>`;
      return `<button type="button" data-to="${dialect}" aria-pressed="${dialect === to}"><b>${dialect}</b> ${count === 1 ? "1 cell differs" : `${count.toLocaleString("en")} cells differ`}</button>`;
    };
    const notes = (/** @type {Dialects["carried"][number]} */ { differences }) => (differences?.byValue ?? []).map((reason) => `<br><span class="hint">For some numbers: ${escaped(reason)}.</span>`).join("");
    this.find(".verdicts").innerHTML = carried.map((one) => `<li>${verdict(one)}${notes(one)}</li>`).join("");
    const shown = carried.find(({ dialect }) => dialect === to)?.differences;
    const grid = /** @type {PoolGrid} */ (this.find("pool-grid"));
    const [height, width] = shown ? [0, 1].map((axis) => Math.max(...shown.shapes.map((extents) => extents[axis]))) : [0, 0];
    grid.hidden = !shown || !output || shown.count === 0 || height > MOST_DRAWN || width > MOST_DRAWN;
    if (!grid.hidden && shown && output) {
      const marked = shown.cells.map(({ position: [row, column] }) => ({ row, column }));
      grid.setAttribute("aria-label", `The output, ${output.height} × ${output.width}; cells in which ${to} differs are outlined`);
      grid.show({ picture: output, marked, extent: { height, width } });
    }
    /** @type {Map<string, number>} */
    const reasons = new Map();
    for (const { reason } of shown?.cells ?? []) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const listed = [...reasons].sort((a, b) => b[1] - a[1]);
    const of = shown && shown.count > shown.cells.length ? ` of the first ${shown.cells.length}` : "";
    const more = listed.length > 5 ? `<li class="hint">and ${listed.length - 5} more</li>` : "";
    const [here, there] = (shown?.shapes ?? [[], []]).map((extents) => extents.join(" × "));
    const sizes = here === there ? "" : `<li><b>${to}’s output would be ${there}, not ${here}.</b></li>`;
    this.find(".reasons").innerHTML = sizes + listed.slice(0, 5).map(([reason, count]) => `<li>${escaped(reason)} <span class="hint">${count === 1 ? "in 1 cell" : `in ${count} cells`}${of}</span></li>`).join("") + more;
  }
}
