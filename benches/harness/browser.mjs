// Chromium, told what to do in its DevTools protocol over a pipe.
import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// What a browser does for its maker fails where there is no network, and takes time where there is.
const FLAGS = ["--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"];

/** A browser with a profile of its own. @param {string} program */
export async function launch(program) {
  const profile = await mkdtemp(join(tmpdir(), "deep-end-bench-"));
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : []; // Chromium's own rule: its sandbox is none for root
  const child = spawn(program, [...FLAGS, ...QUIET, ...root, `--user-data-dir=${profile}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise((end, fail) => child.on("exit", end).on("error", fail));
  const send = protocol(/** @type {any} */ (child.stdio[3]), /** @type {any} */ (child.stdio[4]), ended);

  const forget = () => rm(profile, { recursive: true, force: true, maxRetries: 5 });

  async function close() {
    await send("Browser.close");
    await ended;
    await forget();
  }

  /** A page that shares no cache with another. */
  async function page() {
    const { browserContextId } = await send("Target.createBrowserContext");
    const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    const tell = (/** @type {string} */ method, /** @type {object} */ params = {}) => send(method, params, sessionId);
    const on = (/** @type {string} */ event, /** @type {(params: any) => void} */ listener) =>
      send.events.on(`${sessionId} ${event}`, listener);
    return { tell, on, close: () => send("Target.disposeBrowserContext", { browserContextId }) };
  }

  const { product } = await send("Browser.getVersion").catch(async () => {
    await forget();
    throw new Error(`${program} does not start, or not as Chromium does`);
  });
  return { product: String(product).replace(/^(Headless)?Chrome\//, "Chromium "), page, close };
}

/**
 * Messages are JSON, each ended by a zero.
 * @param {import("node:stream").Writable} input
 * @param {import("node:stream").Readable} output
 * @param {Promise<unknown>} ended
 */
function protocol(input, output, ended) {
  const events = new EventEmitter();
  /** @type {Map<number, { resolve: (result: any) => void, reject: (reason: Error) => void }>} */
  const waiting = new Map();
  let [count, rest, running] = [0, "", true];
  output.setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error, method, params, sessionId = "" } = JSON.parse(message);
      if (id === undefined) events.emit(`${sessionId} ${method}`, params);
      else if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  function lost() {
    running = false;
    for (const { reject } of waiting.values()) reject(new Error("Chromium ended"));
  }
  ended.then(lost, lost);
  input.on("error", lost);

  /** @param {string} method @param {object} [params] @param {string} [sessionId] @returns {Promise<any>} */
  function send(method, params = {}, sessionId) {
    const id = ++count;
    return new Promise((resolve, reject) => {
      if (!running) return reject(new Error("Chromium is not running"));
      waiting.set(id, { resolve, reject });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }
  return Object.assign(send, { events });
}
