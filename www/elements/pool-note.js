import { page } from "../lib/state.js";
import { PageElement } from "./base.js";

/** A word about the link that opened the page, until it is dismissed. */
export class PoolNote extends PageElement {
  static keys = /** @type {const} */ (["note"]);
  static markup = `<p role="status" id="note"></p><button type="button" class="quiet" id="dismiss-note">Dismiss</button>`;

  built() {
    this.find("button").addEventListener("click", () => page.set({ note: null }));
  }

  /** @param {import("./base.js").Page} state */
  render({ note }) {
    this.find("p").textContent = note;
    this.toggleAttribute("data-shown", note !== null);
  }
}
