// Talks to a worker that owns a core. The newest request wins: it takes the place of a waiting one, and a running one
// that lasts longer than the client's patience is ended with its worker.

/** @typedef {{ work: string, options: unknown, subject: unknown, transfer: Transferable[], report: (done: number) => void, resolve: (result: any) => void, reject: (reason: Error) => void }} Request */

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
  #id = 0;
  /** When the running request's own work began: starting the core is not its fault. */
  #began = Infinity;
  #timer = 0;

  /**
   * @param {URL} script  the worker's
   * @param {number} patience  milliseconds that a running request is granted once a newer one waits
   */
  constructor(script, patience) {
    this.script = script;
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
   * @param {unknown} [subject]  what this and later requests work on
   * @param {Transferable[]} [transfer]  moved with the subject, which the caller then gives away
   * @param {(done: number) => void} [report]  hears which part of the work is done, from 0 to 1
   * @returns {Promise<any>}
   */
  request(work, options, subject, transfer = [], report = () => {}) {
    return new Promise((resolve, reject) => {
      this.#waiting?.resolve(null);
      this.#waiting = { work, options, subject, transfer, report, resolve, reject };
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
    this.#worker.postMessage({ id: ++this.#id, work, options, subject }, transfer);
  }

  #hire() {
    const worker = new Worker(this.script, { type: "module" });
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

  /** @param {{ id: number, done?: number, error?: { message: string, parameter: string }, result?: unknown }} answer */
  #answered({ id, done, error, result }) {
    if (id !== this.#id || !this.#running) return;
    if (done !== undefined) {
      this.#running.report(done);
      if (this.#began === Infinity) {
        this.#began = performance.now();
        if (this.#waiting) this.#hurry();
      }
      return;
    }
    const request = this.#running;
    this.#running = null;
    if (error === undefined) request.resolve(result);
    else request.reject(new Refused(error.message, error.parameter));
    this.#next();
  }
}
