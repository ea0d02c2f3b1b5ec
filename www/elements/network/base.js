// The base of the network page's elements.
import { page } from "../../lib/network/state.js";
import { elementOf } from "../element.js";

/** @typedef {import("../../lib/network/state.js").Page} Page */

export class NetworkElement extends elementOf(page) {}
