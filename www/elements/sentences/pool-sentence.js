import { EXAMPLES, testSentences } from "../../lib/sentences/examples.js";
import { page, write } from "../../lib/sentences/state.js";
import { SentenceElement } from "./base.js";

/** The sentence: written, or picked from the examples or the test sentences. */
export class PoolSentence extends SentenceElement {
  static keys = /** @type {const} */ (["note", "text", "test", "error"]);
  static markup = `
    <p class="hint" id="link-note" role="status"></p>
    <label for="sentence">A sentence about a film</label>
    <textarea id="sentence" rows="3" maxlength="2000" spellcheck="false" autocapitalize="off" aria-describedby="sentence-error sentence-hint"></textarea>
    <p class="message" id="sentence-error" role="alert"></p>
    <div class="examples" role="group" aria-label="Sentences to pick">${EXAMPLES.map(({ title }, at) => `<button type="button" data-example="${at}" aria-pressed="false">${title}</button>`).join("")}</div>
    <div class="tests" role="group" aria-label="Test sentences"><button type="button" id="test-back" aria-label="Test sentence before">←</button><button type="button" id="test-next">Next test sentence</button>
      <p class="hint" id="test-said" role="status">Sentences from reviews that it was not trained on.</p></div>
    <p class="hint" id="sentence-hint">In English. It stays on your machine.</p>`;
  #request = 0;

  built() {
    const box = /** @type {HTMLTextAreaElement} */ (this.find("#sentence"));
    box.addEventListener("input", () => write(box.value));
    this.find(".examples").addEventListener("click", ({ target }) => {
      const at = /** @type {Element} */ (target).closest("[data-example]")?.getAttribute("data-example");
      if (at) write(EXAMPLES[Number(at)].text);
    });
    this.find("#test-next").addEventListener("click", () => this.#pick(1));
    this.find("#test-back").addEventListener("click", () => this.#pick(-1));
  }

  /** @param {number} by */
  async #pick(by) {
    const request = ++this.#request;
    try {
      const list = await testSentences();
      const at = page.value.test === null ? (by > 0 ? 0 : list.length - 1) : (page.value.test + by + list.length) % list.length;
      if (request === this.#request) write(list[at].text, at);
    } catch (reason) {
      this.find("#test-said").textContent = `The test sentences could not be fetched: ${reason instanceof Error ? reason.message : reason}.`;
    }
  }

  /** @param {import("./base.js").Page} state */
  async render({ note, text, test, error }) {
    this.find("#link-note").textContent = note;
    const box = /** @type {HTMLTextAreaElement} */ (this.find("#sentence"));
    // What is being written stays as it is, with the cursor.
    if (box.value !== text) box.value = text;
    this.find("#sentence-error").textContent = error?.refused ? (text.trim() === "" ? "Write a word, and it is read." : `It cannot be read: ${error.message}`) : null;
    box.toggleAttribute("aria-invalid", error?.refused ?? false);
    for (const button of this.querySelectorAll("[data-example]")) {
      button.setAttribute("aria-pressed", String(EXAMPLES[Number(button.getAttribute("data-example"))].text === text));
    }
    if (test === null) {
      this.find("#test-said").textContent = "Sentences from reviews that it was not trained on.";
      return;
    }
    const list = await testSentences();
    const { label, file, line } = list[test];
    if (page.value.test === test) this.find("#test-said").innerHTML = `<b>Said to be ${label}.</b> Number ${test + 1} of ${list.length}: line ${line} of ${file}.`;
  }
}
