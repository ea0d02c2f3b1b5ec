// The module of networks and what looks inside them: this page's own, since those who only run networks do without.
import start from "../../pkg/inside.js";
import { starter } from "../start.js";
export * from "../../pkg/inside.js";

/** Starts the module. Every call returns the same promise, except that a start that failed is forgotten. */
const init = starter(start, new URL("../../pkg/inside_bg.wasm", import.meta.url));
export default init;
