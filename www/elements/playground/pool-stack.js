import { bytesText } from "../../lib/playground/facts.js";
import { KINDS, detail, title } from "../../lib/playground/layers.js";
import { reorderByTouch } from "../../lib/playground/reorder.js";
import { add, move, page, remove } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";
import { marginOf } from "./pool-stage.js";

/** @typedef {import("./base.js").Playground} Playground */

/** Cells of small maps are this large at most, and all stages' cells the same; in rem. */
const CELL = 3.25;
/** The least that still holds a number: larger maps fill their card instead. */
const LEAST_CELL = 26;
/** A map is no taller than this part of the window. */
const TALLEST = 0.62;

const card = (/** @type {number} */ at) => `
  <li class="card" data-stage="${at}">
    <div class="head">
      ${at === 0 ? "<h2>Input</h2>" : `<button type="button" class="name" draggable="true" aria-pressed="false"></button>
      <span class="order"><button type="button" class="quiet" data-do="earlier">←</button><button type="button" class="quiet" data-do="later">→</button><button type="button" class="quiet" data-do="remove">✕</button></span>`}
    </div>
    <p class="hint detail"></p>
    <pool-stage stage="${at}"></pool-stage>
    <p class="message"></p>
    <p class="shape size"></p>
    <p class="hint cost"></p>
    <pool-scale stage="${at}"></pool-scale>
  </li>`;

/** The input and what every layer makes of it, as cards in a row. */
export class PoolStack extends PlayElement {
  static keys = /** @type {const} */ (["stages", "stack", "selected", "trouble", "shown", "preview", "finished", "status", "slow"]);
  static markup = `
    <ol class="cards"></ol>
    <div class="add" role="group" aria-label="Add a layer">${Object.entries(KINDS)
      .map(([kind, { name }]) => `<button type="button" data-add="${kind}"><span aria-hidden="true">+ </span>${name}</button>`)
      .join("")}</div>
    <p class="hint" id="map-keys">On a map the arrow keys go from cell to cell, with Shift ten at a time; Enter or a click pins a cell, Escape lets it go. Plus and minus zoom, as do two fingers and the wheel with Ctrl; 0 shows all.</p>`;

  built() {
    this.addEventListener("click", ({ target }) => this.#clicked(/** @type {HTMLElement} */ (target)));
    new ResizeObserver(() => this.#measure(page.value)).observe(this);
    this.#drags();
    reorderByTouch(this.find(".cards"), (from, to) => move(page.value.stack[from - 1].id, to - 1));
  }

  /** @param {HTMLElement} target */
  #clicked(target) {
    const kind = target.closest("[data-add]")?.getAttribute("data-add");
    if (kind) return add(/** @type {import("../../lib/playground/layers.js").Kind} */ (kind));
    const at = Number(target.closest(".card")?.getAttribute("data-stage")) - 1;
    const layer = page.value.stack[at];
    if (!layer) return;
    const act = target.closest("[data-do]")?.getAttribute("data-do");
    if (act === "remove") remove(layer.id);
    else if (act) move(layer.id, act === "earlier" ? at - 1 : at + 1);
    else if (target.closest(".name")) page.set({ selected: layer.id });
    // The focus goes along with the layer; what it can be on is known once the cards are drawn anew.
    if (act) queueMicrotask(() => this.#refocus(layer.id, act, at));
  }

  /** @param {number} id @param {string} act @param {number} was */
  #refocus(id, act, was) {
    const at = page.value.stack.findIndex((layer) => layer.id === id);
    const card = this.querySelector(`.card[data-stage="${at < 0 ? Math.max(1, was) : at + 1}"]`);
    const button = card?.querySelector(`[data-do="${act}"]:not(:disabled)`) ?? card?.querySelector(".name") ?? this.querySelector("[data-add]");
    /** @type {HTMLElement | null} */ (button)?.focus();
  }

  #drags() {
    this.addEventListener("dragstart", ({ target, dataTransfer }) => {
      const at = /** @type {HTMLElement} */ (target).closest(".card")?.getAttribute("data-stage");
      if (at && dataTransfer) dataTransfer.setData("application/x-layer", String(page.value.stack[Number(at) - 1]?.id));
    });
    this.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("application/x-layer")) event.preventDefault();
    });
    this.addEventListener("drop", (event) => {
      const id = Number(event.dataTransfer?.getData("application/x-layer"));
      const card = /** @type {HTMLElement} */ (event.target).closest(".card");
      if (!id || !card) return;
      event.preventDefault();
      event.stopPropagation();
      move(id, Math.max(0, Number(card.getAttribute("data-stage")) - 1));
    });
  }

  /** @param {Playground} state */
  render(state) {
    const cards = this.find(".cards");
    const count = state.stack.length + 1;
    while (cards.children.length > count) cards.lastElementChild?.remove();
    while (cards.children.length < count) cards.insertAdjacentHTML("beforeend", card(cards.children.length));
    for (const [at, card] of [...cards.children].entries()) this.#fill(/** @type {HTMLElement} */ (card), at, state);
    this.dataset.state = state.status;
    this.dataset.finished = String(state.finished);
    this.#measure(state);
  }

  /** @param {HTMLElement} card @param {number} at @param {Playground} state */
  #fill(card, at, { stages, stack, selected, trouble, shown, preview }) {
    const say = (/** @type {string} */ selector, /** @type {string} */ text) => {
      const element = card.querySelector(selector);
      if (element && element.textContent !== text) element.textContent = text;
    };
    const stage = stages[at];
    const layer = stack[at - 1];
    // A first look is of the newest layers; what comes after it is older.
    const stale = stage !== undefined && !preview?.looks[at - preview.at] && shown !== null && shown.stack[at - 1] !== layer;
    card.toggleAttribute("data-missing", !stage);
    card.toggleAttribute("data-stale", stale);
    if (stage) {
      const [planes, height, width] = stage.shape;
      say(".size", `${planes === 1 ? "" : `${planes} × `}${height} × ${width}`);
      const { parameters, operations, bytes } = stage.facts;
      const of = `${parameters === 0 ? "no parameters" : `${parameters} parameters`} · ${operations} · `;
      say(".cost", `${at === 0 ? "" : of}${bytesText(bytes)} as float32`);
    }
    card.querySelector(".map")?.setAttribute("aria-label", at === 0 ? "Input" : `Stage ${at}: ${title(layer)}`);
    say(".message", trouble && (layer ? trouble.layer === layer.id : trouble.layer === null) ? trouble.message : "");
    if (!layer) return say(".detail", "the numbers that go in");
    say(".name", title(layer));
    say(".detail", detail(layer));
    card.querySelector(".name")?.setAttribute("aria-pressed", String(layer.id === selected));
    const name = title(layer);
    for (const [act, words] of [["earlier", "Move earlier"], ["later", "Move later"], ["remove", "Remove"]]) {
      const button = /** @type {HTMLButtonElement} */ (card.querySelector(`[data-do="${act}"]`));
      button.setAttribute("aria-label", `${words}: ${name}`);
      button.title = words;
      button.disabled = (act === "earlier" && at === 1) || (act === "later" && at === stack.length);
    }
  }

  /** Gives every map its size: small ones cells of one size, so that it is seen how maps shrink; others a card's width. @param {Playground} state */
  #measure({ stages }) {
    const cards = /** @type {HTMLElement} */ (this.find(".cards"));
    const room = cards.clientWidth;
    if (room === 0) return;
    const worlds = stages.length === 0 ? FIRST_WORLDS : stages.map(({ shape: [, height, width] }, at) => {
      const { top, bottom, left, right } = marginOf(stages[at + 1]);
      return { tall: height + top + bottom, wide: width + left + right };
    });
    const cell = cellSize(worlds, room);
    cards.toggleAttribute("data-even", cell > 0);
    for (const [at, { tall, wide }] of worlds.entries()) {
      const map = /** @type {HTMLElement | null} */ (cards.children[at]?.querySelector(".map"));
      if (!map) continue;
      const ratio = Math.max(0.4, Math.min(3, wide / tall));
      map.style.aspectRatio = cell > 0 ? "" : String(ratio);
      map.style.width = cell > 0 ? `${wide * cell}px` : `min(100%, ${TALLEST * 100}vh * ${ratio})`;
      map.style.height = cell > 0 ? `${tall * cell}px` : "";
    }
  }
}

/** The sizes that the page opens with, so that nothing moves when the numbers come. */
const FIRST_WORLDS = [{ tall: 8, wide: 8 }, { tall: 4, wide: 4 }];

/** The size of all stages' cells: so that the first two stand side by side, if they can; 0 where maps are too large for numbers. @param {{ tall: number, wide: number }[]} worlds @param {number} room */
function cellSize(worlds, room) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const [padding, gap, least] = [1.8 * rem + 2, rem, Math.min(room, 15.5 * rem)];
  const most = Math.floor(Math.min(CELL * rem, (room - padding) / Math.max(...worlds.map(({ wide }) => wide)), (TALLEST * innerHeight) / Math.max(...worlds.map(({ tall }) => tall))));
  const beside = (/** @type {number} */ cell) => worlds.slice(0, 2).reduce((sum, { wide }) => sum + Math.max(least, wide * cell + padding), gap * (Math.min(2, worlds.length) - 1)) <= room;
  for (let cell = most; cell >= LEAST_CELL; cell--) if (beside(cell)) return cell;
  return most >= LEAST_CELL || (most >= 18 && worlds[0].wide <= 14) ? most : 0;
}
