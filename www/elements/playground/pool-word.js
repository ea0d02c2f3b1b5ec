import { page } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";

/** A word about the link that opened the page, until it is dismissed. */
export class PoolWord extends PlayElement {
  static keys = /** @type {const} */ (["note"]);
  static markup = `<p role="status" id="note"></p><button type="button" class="quiet" id="dismiss-note">Dismiss</button>`;

  built() {
    this.find("button").addEventListener("click", () => page.set({ note: null }));
  }

  /** @param {import("./base.js").Playground} state */
  render({ note }) {
    this.find("p").textContent = note;
    this.toggleAttribute("data-shown", note !== null);
  }
}
