// Talks to the playground's worker, which keeps the maps of every stage. Requests of one lane replace each other while
// they wait; those of different lanes take turns, and go on beside a run of the stack, which works in slices.
import { Refused } from "../client.js";

/** @typedef {{ id: number, lane: string, work: string, options: unknown, report: (done: number) => void, resolve: (result: any) => void, reject: (reason: Error) => void }} Request */
/** What is on its way, and what waits for it. @typedef {{ flight: Request | null, waiting: Map<string, Request>, timer: number }} Slot */

/** What goes on for so long while something newer waits is ended with its worker: it cannot be in its right mind. In milliseconds. */
const PATIENCE = 6000;

/** The lane of the stack's runs. */
export const RUNS = "run";

export class Client {
  /** @type {Worker | null} */ #worker = null;
  /** @type {Slot} */ #runs = { flight: null, waiting: new Map(), timer: 0 };
  /** @type {Slot} */ #others = { flight: null, waiting: new Map(), timer: 0 };
  #id = 0;

  /**
   * @param {URL} script
   * @param {(again: boolean) => void} lost  hears that the worker, and what it kept, is gone; `again`: another one may do better
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
   * @param {(done: number) => void} [report]  hears which part of the work is done, from 0 to 1
   * @returns {Promise<any>}
   */
  request(lane, work, options, report = () => {}) {
    return new Promise((resolve, reject) => {
      const slot = lane === RUNS ? this.#runs : this.#others;
      slot.waiting.get(lane)?.resolve(null);
      slot.waiting.set(lane, { id: 0, lane, work, options, report, resolve, reject });
      if (!slot.flight) this.#next(slot);
      else if (slot.flight.lane === lane) this.#hurry(slot);
    });
  }

  /** Ends the run and whatever waits. What the worker keeps stays there. */
  stop() {
    for (const slot of [this.#runs, this.#others]) {
      for (const request of slot.waiting.values()) request.resolve(null);
      slot.waiting.clear();
    }
    if (this.#runs.flight) this.#hurry(this.#runs);
  }

  /** A run ends at its next slice; whatever does not end, ends with its worker. @param {Slot} slot */
  #hurry(slot) {
    if (slot.timer) return;
    if (slot === this.#runs) this.#worker?.postMessage({ id: 0, work: "stop" });
    slot.timer = setTimeout(() => this.#lose(true, (request) => request.resolve(null)), PATIENCE);
  }

  /** Goes on without the worker. @param {boolean} again @param {(request: Request) => void} tell  those who wait for it */
  #lose(again, tell) {
    this.#worker?.terminate();
    this.#worker = null;
    const slots = [this.#runs, this.#others];
    const flights = slots.map((slot) => this.#landed(slot));
    this.lost(again);
    for (const flight of flights) if (flight) tell(flight);
    for (const slot of slots) if (!slot.flight) this.#next(slot);
  }

  /** @param {Slot} slot */
  #landed(slot) {
    clearTimeout(slot.timer);
    slot.timer = 0;
    const { flight } = slot;
    slot.flight = null;
    return flight;
  }

  /** @param {Slot} slot */
  #next(slot) {
    const [first] = slot.waiting.values();
    if (!first) return;
    slot.waiting.delete(first.lane);
    slot.flight = first;
    first.id = ++this.#id;
    this.#worker ??= this.#hire();
    const { id, work, options } = first;
    this.#worker.postMessage({ id, work, options: typeof options === "function" ? options() : options });
  }

  #hire() {
    const worker = new Worker(this.script, { type: "module" });
    worker.addEventListener("message", ({ data: { id, done, error, result } }) => {
      const slot = [this.#runs, this.#others].find(({ flight }) => flight?.id === id);
      if (!slot?.flight) return;
      if (done !== undefined) return slot.flight.report(done);
      const request = /** @type {Request} */ (this.#landed(slot));
      if (error === undefined) request.resolve(result);
      else request.reject(new Refused(error.message, error.parameter));
      this.#next(slot);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#lose(false, ({ reject }) => reject(new Error(`The core stopped: ${event.message || "its files could not be loaded"}`)));
    });
    return worker;
  }
}
