// The base of the words page's elements.
import { page } from "../../lib/sentences/state.js";
import { elementOf } from "../element.js";

/** @typedef {import("../../lib/sentences/state.js").Page} Page */

export class SentenceElement extends elementOf(page) {}
