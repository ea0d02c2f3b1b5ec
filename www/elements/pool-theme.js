const THEMES = /** @type {const} */ (["auto", "light", "dark"]);
/** @typedef {(typeof THEMES)[number]} Theme */

/** Light, dark, or as the system has it; remembered by this browser. `lib/theme.js` applies it before the page shows. */
export class PoolTheme extends HTMLElement {
  connectedCallback() {
    const chosen = document.documentElement.dataset.theme ?? "auto";
    this.innerHTML = `<fieldset class="choice small"><legend class="unseen">Colours of the page</legend>${THEMES.map(
      (theme) =>
        `<label><input type="radio" name="theme" value="${theme}"${theme === chosen ? " checked" : ""}><span>${theme[0].toUpperCase()}${theme.slice(1)}</span></label>`,
    ).join("")}</fieldset>`;
    this.addEventListener("change", this);
  }

  /** @param {Event} event */
  handleEvent({ target }) {
    const theme = /** @type {HTMLInputElement} */ (target).value;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // No storage here: the choice holds until the page is left.
    }
  }
}
