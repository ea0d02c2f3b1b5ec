// The npm package's entry for networks: a module of its own, which those who only pool do not load.
import start, { Network } from "../pkg/networks.js";
import { read, starter } from "./start.js";
export * from "../pkg/networks.js";

/**
 * Starts the networks' module; everything here but `Network.load`, which does so itself, needs it. Every call returns the
 * same promise, except that a start that failed is forgotten, so that the next call tries again.
 */
const init = starter(start, new URL("../pkg/networks_bg.wasm", import.meta.url));
export default init;

/** @param {string | URL} address */
Network.load = async function load(address) {
  const file = bytesOf(address).catch((reason) => Promise.reject(failed(address, reason)));
  const [bytes] = await Promise.all([file, init()]);
  return Network.fromBytes(bytes);
};

/** @param {string | URL} address */
async function bytesOf(address) {
  if (/^file:/i.test(String(address)) && "process" in globalThis) return read(new URL(address));
  const response = await fetch(address);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * An error of the core's form.
 * @param {string | URL} address
 * @param {unknown} reason
 */
function failed(address, reason) {
  const why = reason instanceof Error ? reason.message : String(reason);
  const error = new Error(`url is ${address}: could not be fetched: ${why}`, { cause: reason });
  return Object.assign(error, { parameter: "url", kind: "io" });
}
