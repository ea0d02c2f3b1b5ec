import { networkOf, NETWORKS, OWN } from "../../lib/network/catalogue.js";
import { openNetwork } from "../../lib/network/own.js";
import { backToPrevious, openFile, openSample, openTransfer, SAMPLES } from "../../lib/network/pictures.js";
import { page, setNetwork } from "../../lib/network/state.js";
import { NetworkElement } from "./base.js";

/** Chooses what the network is given: a drawing, an example, a test picture, or a part of a photograph. */
export class PoolSource extends NetworkElement {
  static keys = /** @type {const} */ (["note", "network", "own", "ownError", "source", "photo", "previousPhoto", "opening", "photoError", "centred"]);
  static markup = `
    <h2 class="unseen">What the network is given</h2>
    <p class="hint" id="link-note" role="status"></p>
    <label class="net-choice" ${NETWORKS.length > 1 ? "" : "hidden"}>Network <select id="network-choice">${NETWORKS.map(
      ({ id, title }) => `<option value="${id}">${title}</option>`,
    ).join("")}</select></label>
    <div class="actions own-network"><label class="button" for="network-file">Open a network…</label><input type="file" id="network-file" accept=".safetensors" class="unseen"></div>
    <p class="message" id="own-error" role="alert"></p>
    <fieldset class="choice small"><legend class="unseen">Input</legend>
      <label><input type="radio" name="source" value="drawing" id="source-drawing"><span>Drawing</span></label>
      <label><input type="radio" name="source" value="object" id="source-object"><span>Test pictures</span></label>
      <label><input type="radio" name="source" value="photo" id="source-photo"><span>Photograph</span></label></fieldset>
    <p class="message" id="photo-error" role="alert"></p>
    <pool-pad></pool-pad>
    <pool-objects></pool-objects>
    <div class="own-photo" hidden>
      <div class="samples" role="group" aria-label="Sample photographs">${SAMPLES.map(
        ({ name, title }) => `<button type="button" class="sample" data-sample="${name}"><img src="photos/thumbs/${name}.webp" width="56" height="56" alt="${title}" loading="lazy"></button>`,
      ).join("")}</div>
      <div class="actions"><label class="button" for="photo-file">Open a picture…</label>
        <input type="file" id="photo-file" accept="image/*" class="unseen">
        <button type="button" class="quiet" id="previous-photo" disabled>Previous one</button></div>
      <p class="hint" id="photo-hint">Or drop or paste one anywhere. It stays on your machine.</p>
      <pool-crop></pool-crop>
      <label class="tick" id="centred-row"><input type="checkbox" id="centred"><span>Find the ink and centre it, as the training digits were</span></label>
    </div>`;

  built() {
    this.find("#network-choice").addEventListener("change", ({ target }) => setNetwork(/** @type {HTMLSelectElement} */ (target).value));
    this.find(".choice").addEventListener("change", ({ target }) => {
      page.set({ source: /** @type {"drawing" | "photo" | "object"} */ (/** @type {HTMLInputElement} */ (target).value) });
    });
    this.find(".samples").addEventListener("click", ({ target }) => {
      const sample = /** @type {Element} */ (target).closest("[data-sample]")?.getAttribute("data-sample");
      if (sample) openSample(sample);
    });
    for (const [id, open] of /** @type {const} */ ([["photo-file", openFile], ["network-file", openNetwork]])) {
      const picker = /** @type {HTMLInputElement} */ (this.find(`#${id}`));
      picker.addEventListener("change", () => {
        const file = picker.files?.[0];
        if (file) open(file);
        picker.value = ""; // so that the same file can be chosen again
      });
    }
    this.find("#previous-photo").addEventListener("click", backToPrevious);
    this.find("#centred").addEventListener("change", ({ target }) => page.set({ centred: /** @type {HTMLInputElement} */ (target).checked }));
    document.addEventListener("paste", ({ clipboardData }) => clipboardData?.files.length && this.#take(clipboardData));
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
      this.#take(event.dataTransfer);
    });
  }

  /** What is wrong with it is said beside the picture. @param {DataTransfer | null} transfer */
  #take(transfer) {
    page.set({ source: "photo" });
    openTransfer(transfer);
  }

  /** @param {import("./base.js").Page} state */
  render({ note, network, own, ownError, source, photo, previousPhoto, opening, photoError, centred }) {
    this.find("#link-note").textContent = note;
    const digit = networkOf(network).takes === "digit";
    const select = /** @type {HTMLSelectElement} */ (this.find("#network-choice"));
    if (own !== null) {
      const option = select.querySelector(`[value=${OWN}]`) ?? select.appendChild(Object.assign(document.createElement("option"), { value: OWN }));
      option.textContent = own;
    }
    select.value = network;
    this.find("#own-error").textContent = ownError;
    this.find("label:has(#source-drawing)").hidden = !digit;
    this.find("label:has(#source-object)").hidden = digit;
    for (const name of ["drawing", "photo", "object"]) /** @type {HTMLInputElement} */ (this.find(`#source-${name}`)).checked = source === name;
    this.find("pool-pad").hidden = source !== "drawing";
    this.find("pool-objects").hidden = source !== "object";
    this.find(".own-photo").hidden = source !== "photo";
    this.find("#photo-error").textContent = photoError;
    this.find("#photo-hint").textContent = opening ? `Opening “${opening}”…` : photo ? `“${photo.name}”. It stays on your machine.` : "Or drop or paste one anywhere. It stays on your machine.";
    /** @type {HTMLButtonElement} */ (this.find("#previous-photo")).disabled = !previousPhoto;
    this.find("pool-crop").hidden = !photo;
    this.find("#centred-row").hidden = !photo || !digit;
    /** @type {HTMLInputElement} */ (this.find("#centred")).checked = centred;
  }
}
