import { answerOffer } from "../../lib/playground/inputs.js";
import { MOST_PIXELS } from "../../lib/image.js";
import { bytesText } from "../../lib/playground/facts.js";
import { PlayElement } from "./base.js";

const millions = (/** @type {number} */ pixels) => (pixels / 1e6).toFixed(1).replace(/\.0$/, "");
/** What the core keeps of a pixel: three planes of float32. */
const PIXEL = 12;

/** Asks how a picture is to be opened that is larger than most. */
export class PoolOffer extends PlayElement {
  static keys = /** @type {const} */ (["offer"]);
  static markup = `
    <div role="group" aria-labelledby="offer-said">
      <p id="offer-said"></p>
      <div class="actions"><button type="button" class="button" data-how="scaled"></button><button type="button" data-how="whole"></button><button type="button" class="quiet" data-how="not">Don’t open it</button></div>
      <p class="hint"></p>
    </div>`;

  built() {
    this.addEventListener("click", ({ target }) => {
      const how = /** @type {HTMLElement} */ (target).closest("[data-how]")?.getAttribute("data-how");
      if (!how) return;
      answerOffer(/** @type {"scaled" | "whole" | "not"} */ (how));
      document.getElementById("input-file")?.focus({ preventScroll: true });
    });
    this.addEventListener("keydown", ({ key }) => key === "Escape" && answerOffer("not"));
  }

  /** @param {import("./base.js").Playground} state */
  render({ offer }) {
    const first = this.hasAttribute("hidden");
    this.toggleAttribute("hidden", offer === null);
    if (!offer) return;
    const { title, width, height, whole } = offer;
    const pixels = width * height;
    this.find("#offer-said").textContent = `“${title}” has ${millions(pixels)} million pixels, ${width} × ${height}.`;
    this.find("[data-how=scaled]").textContent = `Scale to ${millions(MOST_PIXELS)} million: faster`;
    this.find("[data-how=whole]").textContent = "Open as it is";
    this.find("[data-how=whole]").hidden = !whole;
    this.find(".hint").textContent = whole ? `As it is, it takes ${bytesText(PIXEL * pixels)} here, and each layer more.` : "As it is, it would not fit into memory with what layers make of it.";
    // It came because of what was just done, and waits for an answer.
    if (first) this.find("[data-how=scaled]").focus();
  }
}
