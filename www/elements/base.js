// The base of the first page's elements.
import { page } from "../lib/state.js";
import { elementOf } from "./element.js";

/** @typedef {import("../lib/state.js").Page} Page */

export class PageElement extends elementOf(page) {}
