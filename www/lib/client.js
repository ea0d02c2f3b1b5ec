// Talks to a worker that owns a core. The newest request wins: it takes the place of a waiting one, and a running one
// that lasts longer than the client's patience is ended with its worker.

/** @typedef {{ work: string, options: unknown, subject: unknown, transfer: Transferable[], resolve: (result: any) => void, reject: (reason: Error) => void }} Request */

/** What the core refused, with the parameter that broke a rule. */
export class Refused extends Error {
  /** @param {string} message @param {string} parameter  in camelCase; empty where it is about no parameter */
  constructor(message, parameter) {
    super(message);
    this.parameter = parameter;
  }
}

export class Client {
  /** @type {Worker | null} */ #worker = null;
  /** @type {Request | null} */ #running = null;
  /** @type {Request | null} */ #waiting = null;
  /** @type {unknown} what the worker holds already */ #held;
  #id = 0;
  /** When the running request's own work began: starting the core is not its fault. */
  #began = Infinity;
  #timer = 0;

  /** @param {number} patience  milliseconds that a running request is granted once a newer one waits */
  constructor(patience) {
    this.patience = patience;
  }

  /** Has a worker load the core, so that the first request finds it there. */
  start() {
    this.#worker ??= this.#hire();
  }

  /**
   * The result, or null where a newer request or `stop` took this one's place.
   * @param {string} work  one of the worker's jobs
   * @param {unknown} [options]
   * @param {unknown} [subject]  what it works on; sent only when it is another one than before
   * @param {Transferable[]} [transfer]  moved with the subject, which the caller then gives away
   * @returns {Promise<any>}
   */
  request(work, options, subject, transfer = []) {
    return new Promise((resolve, reject) => {
      this.#waiting?.resolve(null);
      this.#waiting = { work, options, subject, transfer, resolve, reject };
      if (!this.#running) this.#next();
      else this.#hurry();
    });
  }

  /** Ends what is running and what waits. */
  stop() {
    for (const request of [this.#running, this.#waiting]) request?.resolve(null);
    this.#running = this.#waiting = null;
    this.#end();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#held = undefined;
    this.#began = Infinity;
  }

  #hurry() {
    clearTimeout(this.#timer);
    if (this.#began === Infinity) return;
    const left = Math.max(0, this.#began + this.patience - performance.now());
    this.#timer = setTimeout(() => {
      this.#running?.resolve(null);
      this.#running = null;
      this.#end();
      this.#next();
    }, left);
  }

  #next() {
    clearTimeout(this.#timer);
    this.#began = Infinity;
    const request = (this.#running = this.#waiting);
    this.#waiting = null;
    if (!request) return;
    this.#worker ??= this.#hire();
    const { work, options, subject, transfer } = request;
    const known = subject === this.#held;
    this.#held = subject;
    this.#worker.postMessage({ id: ++this.#id, work, options, ...(known ? {} : { subject }) }, transfer);
  }

  #hire() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answered(data));
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

  /** @param {{ id: number, started?: boolean, error?: { message: string, parameter: string }, result?: unknown }} answer */
  #answered({ id, started, error, result }) {
    if (id !== this.#id || !this.#running) return;
    if (started) {
      this.#began = performance.now();
      if (this.#waiting) this.#hurry();
      return;
    }
    const request = this.#running;
    this.#running = null;
    if (error === undefined) request.resolve(result);
    else request.reject(new Refused(error.message, error.parameter));
    this.#next();
  }
}
