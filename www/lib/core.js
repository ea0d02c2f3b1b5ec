// The npm package's entry for pooling, pictures and colours.
import start from "../pkg/deep_end.js";
import { starter } from "./start.js";
export * from "../pkg/deep_end.js";

/**
 * Starts the core; every function of this module needs it. Every call returns the same promise, except that a start
 * that failed is forgotten, so that the next call tries again.
 */
const init = starter(start, new URL("../pkg/deep_end_bg.wasm", import.meta.url));
export default init;
