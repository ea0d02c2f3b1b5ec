import { percent } from "../../lib/network/words.js";

/** @typedef {{ letter: string, title: string, values: readonly number[] }} Line  values from 0 to 1 */
/** @typedef {{ shifts: readonly number[], lines: readonly Line[], now: number }} Data */

const [WIDE, TALL] = [640, 240];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 18, 14, 34];

/** A chart of shares, from 0 to 100 %, over shifts: by pointing or with the arrow keys one shift is read out. Property `data`. */
export class PoolChart extends HTMLElement {
  /** @type {Data | null} */ #data = null;
  #at = 0;

  connectedCallback() {
    this.innerHTML = `<div class="chart" tabindex="0" role="application" aria-label="Chart: arrow keys read it from shift to shift"><svg viewBox="0 0 ${WIDE} ${TALL}" aria-hidden="true"></svg></div><p class="reading" role="status"></p>`;
    const chart = /** @type {HTMLElement} */ (this.firstElementChild);
    chart.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || !this.#data || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#read(this.#at + by);
    });
    chart.addEventListener("pointermove", ({ clientX }) => {
      const box = chart.getBoundingClientRect();
      if (this.#data) this.#read(Math.round(((((clientX - box.left) / box.width) * WIDE - LEFT) / (WIDE - LEFT - RIGHT)) * (this.#data.shifts.length - 1)));
    });
    this.#draw();
  }

  /** @param {Data} data */
  set data(data) {
    this.#data = data;
    this.#at = data.shifts.indexOf(data.now);
    this.#draw();
  }

  /** @param {number} at */
  #read(at) {
    if (!this.#data) return;
    const { shifts, lines } = this.#data;
    this.#at = Math.max(0, Math.min(shifts.length - 1, at));
    const by = shifts[this.#at];
    const where = by === 0 ? "Not moved" : `Moved ${Math.abs(by)} ${by > 0 ? "right" : "left"}`;
    const text = lines.map(({ letter, values }) => `${letter && `${letter} `}${percent(values[this.#at])}`).join(", ");
    /** @type {HTMLElement} */ (this.lastElementChild).textContent = `${where}: ${text}`;
    this.querySelector(".cursor")?.setAttribute("transform", `translate(${this.#x(this.#at)} 0)`);
  }

  /** @param {number} at */
  #x(at) {
    const last = (this.#data?.shifts.length ?? 2) - 1;
    return LEFT + (at / last) * (WIDE - LEFT - RIGHT);
  }

  #draw() {
    const svg = this.querySelector("svg");
    if (!svg || !this.#data) return;
    const { shifts, lines, now } = this.#data;
    const y = (/** @type {number} */ part) => TALL - BOTTOM - part * (TALL - TOP - BOTTOM);
    const rules = [0, 0.25, 0.5, 0.75, 1].map((part) => `<line class="rule" x1="${LEFT}" x2="${WIDE - RIGHT}" y1="${y(part)}" y2="${y(part)}"/><text x="${LEFT - 8}" y="${y(part) + 4}" text-anchor="end">${100 * part} %</text>`);
    const ticks = shifts.map((by, at) => (by % 4 === 0 ? `<text x="${this.#x(at)}" y="${TALL - BOTTOM + 20}" text-anchor="middle">${by > 0 ? `${by} right` : by < 0 ? `${-by} left` : "0"}</text>` : ""));
    const paths = lines.map(({ values, letter }, number) => {
      const points = values.map((value, at) => `${this.#x(at).toFixed(1)},${y(value).toFixed(1)}`);
      const dots = values.map((value, at) => `<circle class="line-${number + 1}" cx="${this.#x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="3.5"/>`).join("");
      const end = letter ? `<text class="name line-${number + 1}" x="${WIDE - RIGHT + 4}" y="${y(values[values.length - 1]) + 4}">${letter}</text>` : "";
      return `<polyline class="line-${number + 1}" points="${points.join(" ")}"/>${dots}${end}`;
    });
    const at = shifts.indexOf(now);
    svg.innerHTML = `${rules.join("")}${ticks.join("")}<line class="cursor" y1="${TOP}" y2="${TALL - BOTTOM}" transform="translate(${this.#x(at < 0 ? 0 : at)} 0)"/>${paths.join("")}`;
    this.#read(at < 0 ? (shifts.length - 1) / 2 : at);
  }
}
