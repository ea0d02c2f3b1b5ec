import { OBJECTS, openObjects } from "../../lib/network/objects.js";
import { page } from "../../lib/network/state.js";
import { paint } from "../element.js";
import { NetworkElement } from "./base.js";

/** Test pictures to pick, class by class. */
export class PoolObjects extends NetworkElement {
  static keys = /** @type {const} */ (["source", "objects", "object"]);
  static markup = `<div class="kinds" role="radiogroup" aria-label="Test pictures of CIFAR-10"></div>
    <p class="hint">The first ${OBJECTS.each} test pictures of each class of CIFAR-10 (Krizhevsky 2009); the network was not trained on them.</p>`;
  /** @type {readonly import("../../lib/network/objects.js").Picture[] | null} */ #shown = null;

  built() {
    this.addEventListener("change", ({ target }) => page.set({ object: Number(/** @type {HTMLInputElement} */ (target).value) }));
  }

  /** @param {import("./base.js").Page} state */
  render({ source, objects, object }) {
    if (source !== "object") return;
    if (!objects) {
      openObjects();
      return;
    }
    if (objects !== this.#shown) this.#show(objects);
    for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("input"))) radio.checked = Number(radio.value) === object;
  }

  /** @param {readonly import("../../lib/network/objects.js").Picture[]} objects */
  #show(objects) {
    this.#shown = objects;
    const kinds = [...new Set(objects.map(({ kind }) => kind))];
    const pick = (/** @type {string} */ kind) => objects.flatMap((picture, at) => (picture.kind === kind ? [at] : []));
    this.find(".kinds").innerHTML = kinds
      .map((kind) => `<span aria-hidden="true">${kind}</span>${pick(kind).map((at, number) => `<label class="object"><input type="radio" name="object" value="${at}" aria-label="${kind} ${number + 1}"><canvas aria-hidden="true"></canvas></label>`).join("")}`)
      .join("");
    for (const radio of this.querySelectorAll("input")) paint(/** @type {HTMLCanvasElement} */ (radio.nextElementSibling), objects[Number(radio.value)].image);
  }
}
