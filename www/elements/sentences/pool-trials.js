import { percent } from "../../lib/network/words.js";
import { page, shift } from "../../lib/sentences/state.js";
import { escaped } from "../../lib/sentences/words.js";
import { SentenceElement } from "./base.js";

/** The same words otherwise, under the maximum over time and under the mean. */
export class PoolTrials extends SentenceElement {
  static keys = /** @type {const} */ (["trials", "trialsError"]);
  static markup = `
    <table id="trials"><thead><tr><th scope="col">The same words</th><th scope="col">Positive, max over time</th><th scope="col">Maxima that stay</th><th scope="col">Positive, average over time</th><td></td></tr></thead><tbody></tbody></table>
    <p class="message" id="trials-error" role="alert"></p>`;

  built() {
    const near = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && page.set({ compared: true }), { rootMargin: "50%" });
    near.observe(this);
    this.find("tbody").addEventListener("click", ({ target }) => {
      const at = /** @type {Element} */ (target).closest("[data-try]")?.getAttribute("data-try");
      const row = at && page.value.trials?.rows[Number(at)];
      if (!row) return;
      shift({ text: row.text, lead: row.lead, word: null });
      document.querySelector("#words-page")?.scrollIntoView({ block: "start" });
    });
  }

  /** @param {import("./base.js").Page} state */
  render({ trials, trialsError }) {
    this.find("#trials-error").textContent = trialsError && `The comparison cannot be made: ${trialsError}`;
    if (!trials) return;
    const body = this.find("tbody");
    body.innerHTML = trials.rows
      .map(
        ({ title, text, max, kept, average, filters }, at) =>
          `<tr data-row="${at}" data-max="${max}" data-average="${average}" data-kept="${kept}"><th scope="row">${title}${at > 1 ? `<small>${escaped(text)}</small>` : ""}</th><td data-of="Max"><span class="bar"><i></i></span>${percent(max)}</td><td data-of="Maxima that stay">${at === 0 ? `${filters}` : `${kept} of ${filters}`}</td><td data-of="Average"><span class="bar"><i></i></span>${percent(average)}</td><td>${at === 0 ? "" : `<button type="button" data-try="${at}" aria-label="Look at it: ${title}">Look at it</button>`}</td></tr>`,
      )
      .join("");
    for (const [at, row] of trials.rows.entries()) {
      const bars = /** @type {NodeListOf<HTMLElement>} */ (body.children[at].querySelectorAll(".bar"));
      bars[0].style.setProperty("--part", String(row.max));
      bars[1].style.setProperty("--part", String(row.average));
    }
  }
}
