import { page } from "../lib/state.js";
import { padOf } from "./pad.js";

/** So far below or above the screen the pad is near: the network, which only it needs, is there when it is seen. */
const NEAR = "20%";

/** The first page's pad: what is drawn on it is read as soon as it is near. */
export class PoolDigit extends padOf(page) {
  static keys = /** @type {const} */ (["drawing", "pastDrawings", "recognition", "recognitionsDone"]);

  built() {
    super.built();
    this.#awaitVisitor();
  }

  /** A page of which only the top is looked at does without the network. */
  #awaitVisitor() {
    const arrived = () => {
      page.set({ near: true });
      observer.disconnect();
    };
    const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && arrived(), { rootMargin: NEAR });
    observer.observe(this);
    this.addEventListener("focusin", arrived, { once: true });
  }

  /** @param {import("./base.js").Page} state */
  render(state) {
    super.render(state);
    this.dataset.state = state.recognition;
    this.dataset.finished = String(state.recognitionsDone);
  }
}
