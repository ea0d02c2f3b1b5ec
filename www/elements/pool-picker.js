import { backToPrevious, openFile, openSample, openTransfer, SAMPLES } from "../lib/photos.js";
import { PageElement } from "./base.js";

/** Chooses the photograph: a sample, a file, a drop anywhere on the page, a paste. */
export class PoolPicker extends PageElement {
  static keys = /** @type {const} */ (["photo", "previousPhoto", "opening", "photoError"]);
  static markup = `
    <div class="samples" role="group" aria-label="Sample photographs">${SAMPLES.map(
      ({ name, title }) =>
        `<button type="button" class="sample" data-sample="${name}" aria-pressed="false"><img src="photos/thumbs/${name}.webp" width="56" height="56" alt="${title}"></button>`,
    ).join("")}</div>
    <div class="own">
      <label class="button" for="photo-file">Open your own…</label>
      <input type="file" id="photo-file" accept="image/*" class="unseen" aria-describedby="own-hint">
      <span class="hint" id="own-hint">or drop or paste one anywhere. It stays on your machine.</span>
      <button type="button" class="quiet" id="previous-photo" disabled>Previous one</button>
    </div>
    <div class="said"><p class="message" id="photo-error" role="alert"></p><p class="hint" id="photo-size"></p></div>`;

  built() {
    this.addEventListener("click", ({ target }) => {
      const sample = /** @type {Element} */ (target).closest("[data-sample]")?.getAttribute("data-sample");
      if (sample) openSample(sample);
    });
    const picker = /** @type {HTMLInputElement} */ (this.find("#photo-file"));
    picker.addEventListener("change", () => {
      const file = picker.files?.[0];
      if (file) openFile(file);
      picker.value = ""; // so that the same file can be chosen again
    });
    this.find("#previous-photo").addEventListener("click", backToPrevious);
    document.addEventListener("paste", ({ clipboardData }) => clipboardData?.files.length && openTransfer(clipboardData));
    this.#acceptDrops();
  }

  #acceptDrops() {
    const root = document.documentElement;
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      root.toggleAttribute("data-dropping", true);
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || root.removeAttribute("data-dropping"));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      root.removeAttribute("data-dropping");
      openTransfer(event.dataTransfer);
    });
  }

  /** @param {import("./base.js").Page} state */
  render({ photo, previousPhoto, opening, photoError }) {
    for (const button of this.querySelectorAll("[data-sample]")) {
      const shown = photo && !photo.own && button.getAttribute("data-sample") === photo.name;
      button.setAttribute("aria-pressed", String(Boolean(shown)));
    }
    const back = /** @type {HTMLButtonElement} */ (this.find("#previous-photo"));
    back.disabled = !previousPhoto;
    back.title = previousPhoto ? `Back to “${previousPhoto.title}”` : "";
    this.find("#photo-error").textContent = photoError;
    this.find("#photo-size").textContent = opening && photo ? `Opening “${opening}”…` : photo ? origin(photo) : "";
  }
}

/** @param {import("../lib/image.js").Photo} photo */
function origin({ own, title, name, image, scaledFrom }) {
  const size = (/** @type {{ width: number, height: number }} */ { width, height }) => `${width} × ${height}`;
  if (scaledFrom) return `“${title}” is ${size(scaledFrom)} pixels; to answer at once it is scaled down to ${size(image)}.`;
  const credit = own ? "your picture" : SAMPLES.find((sample) => sample.name === name)?.credit;
  return `“${title}”, ${size(image)} pixels (width × height), used pixel for pixel. ${own ? "" : `Photograph: ${credit}.`}`.trim();
}
