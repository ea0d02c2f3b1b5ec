import { page } from "../../lib/training/state.js";
import { padOf } from "../pad.js";

/** The pad to try a trained network with. Its module is fetched once the pad is near the screen, or used. */
export class PoolDigit extends padOf(page) {
  static keys = /** @type {const} */ (["drawing", "pastDrawings", "answers"]);

  built() {
    super.built();
    const arrived = () => {
      page.set({ near: true });
      observer.disconnect();
    };
    const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && arrived());
    observer.observe(this);
    this.addEventListener("focusin", arrived, { once: true });
  }

  /** @param {import("./base.js").Page} state */
  render(state) {
    super.render(state);
    this.dataset.finished = String(state.answers);
  }
}
