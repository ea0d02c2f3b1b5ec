// How a module of the core starts, in a page, a worker or Node.

/**
 * A function that starts a module. Every call returns the same promise, except that a start that failed is forgotten, so
 * that the next call tries again.
 * @param {(input: { module_or_path: Response | BufferSource }) => Promise<unknown>} start  the generated module's
 * @param {URL} url  the WebAssembly's
 * @returns {() => Promise<void>}
 */
export function starter(start, url) {
  /** @type {Promise<void> | undefined} */
  let started;
  async function load() {
    await start({ module_or_path: url.protocol === "file:" ? await read(url) : await request(url) });
  }
  return function init() {
    started ??= load().catch((reason) => {
      started = undefined;
      throw reason;
    });
    return started;
  };
}

/**
 * Only Node imports modules from files, and its fetch does not read them.
 * @param {URL} url
 */
export async function read(url) {
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
