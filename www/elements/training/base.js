// The base of the training page's elements.
import { page } from "../../lib/training/state.js";
import { elementOf } from "../element.js";

/** @typedef {import("../../lib/training/state.js").Page} Page */

export class TrainingElement extends elementOf(page) {}
