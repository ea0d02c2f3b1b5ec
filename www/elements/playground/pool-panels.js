import { PANELS } from "../../lib/playground/panels.js";
import { page } from "../../lib/playground/state.js";
import { PlayElement } from "./base.js";

/** @typedef {import("../../lib/playground/panels.js").Panel} Panel */

/** The panels below the stack, one of which is open; the others compute nothing. */
export class PoolPanels extends PlayElement {
  static keys = /** @type {const} */ (["panel"]);
  static markup = `
    <div role="tablist" aria-label="More about the layer">${PANELS.map(([panel, name]) => `<button type="button" role="tab" id="tab-${panel}" aria-controls="panel-${panel}">${name}</button>`).join("")}</div>
    ${PANELS.map(([panel]) => `<div role="tabpanel" id="panel-${panel}" aria-labelledby="tab-${panel}" ><pool-${panel}></pool-${panel}></div>`).join("")}`;

  built() {
    this.addEventListener("click", ({ target }) => {
      const tab = /** @type {HTMLElement} */ (target).closest("[role=tab]");
      if (tab) page.set({ panel: /** @type {Panel} */ (tab.id.slice(4)) });
    });
    this.find("[role=tablist]").addEventListener("keydown", (event) => {
      const tabs = PANELS.map(([panel]) => panel);
      const at = tabs.indexOf(page.value.panel);
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const panel = tabs[(next + tabs.length) % tabs.length];
      page.set({ panel });
      this.find(`#tab-${panel}`).focus();
    });
  }

  /** @param {import("./base.js").Playground} state */
  render({ panel }) {
    for (const [name] of PANELS) {
      const tab = this.find(`#tab-${name}`);
      tab.setAttribute("aria-selected", String(name === panel));
      tab.tabIndex = name === panel ? 0 : -1;
      this.find(`#panel-${name}`).hidden = name !== panel;
    }
  }
}
