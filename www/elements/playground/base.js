// The base of the playground's elements.
import { page } from "../../lib/playground/state.js";
import { elementOf } from "../element.js";

/** @typedef {import("../../lib/playground/state.js").Playground} Playground */

export class PlayElement extends elementOf(page) {}
