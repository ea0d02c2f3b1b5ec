import { openAddress } from "../../lib/playground/inputs.js";
import { PlayElement } from "./base.js";

/** Opens what lies at an address of this site. */
export class PoolAddress extends PlayElement {
  static markup = `
    <details><summary>From this site</summary>
      <form class="paste"><label for="address">Address of a picture, a .npy file or a table</label><input id="address" type="text" inputmode="url" spellcheck="false" autocomplete="off" autocapitalize="off" placeholder="photos/coffee.webp" aria-describedby="address-hint"><button>Open</button>
      <p class="hint" id="address-hint">On this site only: this page asks no other for anything.</p></form></details>`;

  built() {
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      openAddress(/** @type {HTMLInputElement} */ (this.find("#address")).value);
    });
  }
}
