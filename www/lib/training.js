// The npm package's entry for training: a module of its own, for those who have networks learn.
import start from "../pkg/training.js";
import { starter } from "./start.js";
export * from "../pkg/training.js";

/**
 * Starts training's module; everything here needs it. Every call returns the same promise, except that a start that failed
 * is forgotten, so that the next call tries again.
 */
const init = starter(start, new URL("../pkg/training_bg.wasm", import.meta.url));
export default init;
