// Talks to the playground's worker, which keeps the maps of every stage. Requests of one lane replace each other while
// they wait; those of different lanes take turns, so that a view never makes a run fall out.
import { Refused } from "../client.js";

/** @typedef {{ lane: string, work: string, options: unknown, resolve: (result: any) => void, reject: (reason: Error) => void }} Request */

/** A run is granted this long once a newer one waits; then it is ended with its worker. In milliseconds. */
const PATIENCE = 1500;

export class Client {
  /** @type {Worker | null} */ #worker = null;
  /** @type {Request | null} */ #running = null;
  /** @type {Map<string, Request>} */ #waiting = new Map();
  #id = 0;
  #began = 0;
  #timer = 0;

  /**
   * @param {URL} script
   * @param {() => void} lost  hears that the worker, and what it kept, is gone
   */
  constructor(script, lost) {
    this.script = script;
    this.lost = lost;
  }

  /**
   * The result, or null where a newer request of this lane, or `stop`, took its place.
   * @param {string} lane
   * @param {string} work  one of the worker's jobs
   * @param {unknown} options  or a function that makes them when it is their turn
   * @returns {Promise<any>}
   */
  request(lane, work, options) {
    return new Promise((resolve, reject) => {
      this.#waiting.get(lane)?.resolve(null);
      this.#waiting.set(lane, { lane, work, options, resolve, reject });
      if (!this.#running) this.#next();
      else if (this.#running.lane === lane) this.#hurry();
    });
  }

  /** Ends what is running and all that waits. */
  stop() {
    for (const request of [this.#running, ...this.#waiting.values()]) request?.resolve(null);
    this.#waiting.clear();
    this.#running = null;
    this.#end();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.lost();
  }

  #hurry() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running?.resolve(null);
      this.#running = null;
      this.#end();
      this.#next();
    }, Math.max(0, this.#began + PATIENCE - performance.now()));
  }

  #next() {
    clearTimeout(this.#timer);
    const [first] = this.#waiting.values();
    this.#running = first ?? null;
    if (!first) return;
    this.#waiting.delete(first.lane);
    this.#worker ??= this.#hire();
    this.#began = performance.now();
    const { work, options } = first;
    this.#worker.postMessage({ id: ++this.#id, work, options: typeof options === "function" ? options() : options });
  }

  #hire() {
    const worker = new Worker(this.script, { type: "module" });
    worker.addEventListener("message", ({ data: { id, done, error, result } }) => {
      if (id !== this.#id || !this.#running || done !== undefined) return;
      const request = this.#running;
      this.#running = null;
      if (error === undefined) request.resolve(result);
      else request.reject(new Refused(error.message, error.parameter));
      this.#next();
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const request = this.#running;
      this.#running = null;
      this.#end();
      request?.reject(new Error(`The core stopped: ${event.message || "its files could not be loaded"}`));
      this.#next();
    });
    return worker;
  }
}
