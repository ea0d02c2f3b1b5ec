import { moved, repeated, without } from "../../lib/sentences/edit.js";
import { page, shift, write } from "../../lib/sentences/state.js";
import { pullOf, pullText, shownFilter } from "../../lib/sentences/words.js";
import { SentenceElement } from "./base.js";

/** How many empty places can come before the sentence. */
const MOST_LEAD = 30;
/** A pointer that has gone no further has not dragged. */
const DRAG = 6;

/** The sentence word by word: what each adds to the answer, and where each can be moved. */
export class PoolReading extends SentenceElement {
  static keys = /** @type {const} */ (["answer", "word", "filter", "lead", "before"]);
  static markup = `
    <ol id="words" aria-describedby="words-keys"></ol>
    <div class="tools"><div class="actions" role="group" aria-label="The chosen word"><span id="chosen" role="status"></span>
        <button type="button" data-do="earlier">← Earlier</button><button type="button" data-do="later">Later →</button>
        <button type="button" data-do="again">Say it again</button><button type="button" data-do="out">Take it out</button>
        <button type="button" class="quiet" id="undo-moves" hidden>As it was</button></div>
      <label class="slide"><span>Empty places before it <output id="lead-value">0</output></span><input type="range" id="lead" min="0" max="${MOST_LEAD}" step="1" value="0"></label></div>
    <p class="hint" id="words-keys">Drag a word elsewhere. By keyboard: arrow keys choose one, Shift and arrow keys move it, Delete takes it out.</p>
    <p class="hint" id="unread"></p>`;
  /** The word to have the focus once it is shown. @type {number | null} */ #focus = null;
  /** @type {{ at: number, x: number, y: number, dragging: boolean } | null} */ #held = null;

  built() {
    const list = this.find("#words");
    list.addEventListener("click", ({ target }) => {
      const at = wordAt(target);
      if (at !== null) page.set({ word: at });
    });
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("pointerdown", ({ target, clientX: x, clientY: y, button, pointerType }) => {
      const at = wordAt(target);
      // A finger scrolls; it has the buttons below.
      if (at !== null && button === 0 && pointerType !== "touch") this.#held = { at, x, y, dragging: false };
    });
    document.addEventListener("pointermove", ({ clientX, clientY }) => {
      if (!this.#held) return;
      this.#held.dragging ||= Math.hypot(clientX - this.#held.x, clientY - this.#held.y) > DRAG;
      if (this.#held.dragging) this.#mark(wordAt(document.elementFromPoint(clientX, clientY)));
    });
    document.addEventListener("pointerup", ({ clientX, clientY }) => {
      const [held, to] = [this.#held, wordAt(document.elementFromPoint(clientX, clientY))];
      this.#held = null;
      this.#mark(null);
      if (held?.dragging && to !== null) this.#move(held.at, to);
    });
    document.addEventListener("pointercancel", () => {
      this.#held = null;
      this.#mark(null);
    });
    this.find(".tools").addEventListener("click", ({ target }) => {
      const job = /** @type {Element} */ (target).closest("[data-do]")?.getAttribute("data-do");
      if (job) this.#do(job, page.value.word);
    });
    this.find("#undo-moves").addEventListener("click", () => {
      const { before } = page.value;
      if (before) write(before.text);
    });
    this.find("#lead").addEventListener("input", ({ target }) => shift({ lead: /** @type {HTMLInputElement} */ (target).valueAsNumber }));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = wordAt(event.target);
    if (at === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = this.find("#words").children.length;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }[event.key];
    if (event.key === "Delete") this.#do("out", (this.#focus = at));
    else if (to === undefined) return;
    else if (event.shiftKey) this.#move(at, to, true);
    else if (to >= 0 && to < count) {
      page.set({ word: to });
      /** @type {HTMLElement} */ (this.find("#words").children[to].firstElementChild).focus();
    }
    event.preventDefault();
  }

  /** @param {string} job @param {number | null} at */
  #do(job, at) {
    const { answer, text } = page.value;
    if (at === null || !answer || answer.text !== text) return;
    const { words } = answer.looked.reading;
    if (job === "earlier") this.#move(at, at - 1);
    else if (job === "later") this.#move(at, at + 1);
    else if (job === "again") shift({ text: repeated(text, words, at) });
    else if (words.length > 1) shift({ text: without(text, words, at), word: Math.min(at, words.length - 2) });
  }

  /** @param {number} from @param {number} to @param {boolean} [focus] */
  #move(from, to, focus = false) {
    const { answer, text } = page.value;
    // Where words are written is known of the sentence that was answered.
    if (!answer || answer.text !== text || from === to || to < 0 || to >= answer.looked.reading.words.length) return;
    if (focus) this.#focus = to;
    shift({ text: moved(text, answer.looked.reading.words, from, to), word: to });
  }

  /** @param {number | null} at */
  #mark(at) {
    for (const [index, item] of [...this.find("#words").children].entries()) item.toggleAttribute("data-over", index === at && index !== this.#held?.at);
  }

  /** @param {import("./base.js").Page} state */
  render(state) {
    const { answer, word, lead, before } = state;
    /** @type {HTMLInputElement} */ (this.find("#lead")).valueAsNumber = lead;
    this.find("#lead-value").textContent = String(lead);
    this.find("#undo-moves").hidden = !before;
    if (!answer) return;
    const { text, looked } = answer;
    const { words } = looked.reading;
    const list = this.find("#words");
    while (list.children.length > words.length) list.lastElementChild?.remove();
    while (list.children.length < words.length) list.append(chip(list.children.length));
    const [from, to] = shownFilter(state)?.words ?? [0, 0];
    const pulls = words.map(({ contributions }) => pullOf(contributions));
    const most = Math.max(...pulls.map(Math.abs), 0.05);
    for (const [at, { start, end, known, place }] of words.entries()) {
      const button = /** @type {HTMLElement} */ (list.children[at].firstElementChild);
      const [shown, number, note] = /** @type {HTMLElement[]} */ ([...button.children]);
      shown.textContent = text.slice(start, end);
      number.textContent = place === null ? "not read" : pullText(pulls[at]);
      note.textContent = known || place === null ? "" : ", unknown word";
      button.style.setProperty("--share", (Math.abs(pulls[at]) / most).toFixed(3));
      button.dataset.sign = pulls[at] < 0 ? "first" : "last";
      button.toggleAttribute("data-unknown", !known);
      button.toggleAttribute("data-unread", place === null);
      button.toggleAttribute("data-found", at >= from && at < to);
      button.setAttribute("aria-pressed", String(at === word));
      button.tabIndex = at === (word ?? 0) || (word !== null && word >= words.length && at === 0) ? 0 : -1;
    }
    const chosen = word === null ? null : words.at(word);
    this.find("#chosen").textContent = chosen ? `“${text.slice(chosen.start, chosen.end)}”` : "Choose a word:";
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (this.querySelectorAll("[data-do]"))) button.disabled = !chosen;
    const unread = words.filter(({ place }) => place === null).length;
    const unknown = words.filter(({ known, place }) => !known && place !== null).length;
    const says = [unknown && `${unknown === 1 ? "One word is" : `${unknown} words are`} unknown to it, with a dashed edge: all such words are the same to it.`, unread && `It reads ${looked.length} places; ${unread === 1 ? "one word is" : `${unread} words are`} beyond them.`];
    this.find("#unread").textContent = says.filter(Boolean).join(" ");
    if (this.#focus !== null && answer.text === page.value.text) {
      /** @type {HTMLElement | null} */ (list.children[Math.min(this.#focus, words.length - 1)]?.firstElementChild)?.focus();
      this.#focus = null;
    }
  }
}

/** Which word an element of the list is or lies in. @param {EventTarget | null} target */
function wordAt(target) {
  const at = /** @type {Element | null} */ (target)?.closest(".word")?.getAttribute("data-at");
  return at ? Number(at) : null;
}

/** @param {number} at */
function chip(at) {
  const item = document.createElement("li");
  item.innerHTML = `<button type="button" class="word" data-at="${at}"><span></span><small></small><span class="unseen"></span></button>`;
  return item;
}
