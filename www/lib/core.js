// Starts the core once, in a page, a worker or Node, and hands on its functions. This file is also the npm package's entry.
import start, { Network } from "../pkg/deep_end.js";
export * from "../pkg/deep_end.js";

/** @type {Promise<void> | undefined} */
let started;

/**
 * Starts the core; every function of this module needs it. Every call returns the same promise, except that a start
 * that failed is forgotten, so that the next call tries again.
 * @returns {Promise<void>}
 */
export default function init() {
  started ??= load().catch((reason) => {
    started = undefined;
    throw reason;
  });
  return started;
}

/** @param {string | URL} address */
Network.load = async function load(address) {
  return Network.fromBytes(await bytesOf(address).catch((reason) => Promise.reject(failed(address, reason))));
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

async function load() {
  const url = new URL("../pkg/deep_end_bg.wasm", import.meta.url);
  await start({ module_or_path: url.protocol === "file:" ? await read(url) : await request(url) });
}

/**
 * Only Node imports modules from files, and its fetch does not read them.
 * @param {URL} url
 */
async function read(url) {
  const files = "node:fs/promises"; // named indirectly: bundlers for the browser would fail to resolve it
  const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ files);
  return /** @type {Promise<Uint8Array<ArrayBuffer>>} */ (readFile(url));
}

/** @param {URL} url */
async function request(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the core cannot be loaded: ${url} answered ${response.status} ${response.statusText}`);
  return response;
}
