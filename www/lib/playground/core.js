// The playground's core: pooling, and what the playground asks about it, in a module that no other page loads.
import start from "../../pkg/playground.js";
import { starter } from "../start.js";
export * from "../../pkg/playground.js";

/** Starts the core; every function of this module needs it. Every call returns the same promise. */
const init = starter(start, new URL("../../pkg/playground_bg.wasm", import.meta.url));
export default init;
