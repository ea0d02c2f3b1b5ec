// Trains: one worker for each pooling of a run, asked for a slice at a time.
import { Client, Refused } from "../client.js";
import { keepForOffline } from "../offline.js";
import { first, IMAGES, loadImages } from "./images.js";
import { adjust, changeLine, page } from "./state.js";

/** @typedef {import("./state.js").Setup} Setup */
/** @typedef {import("./state.js").Line} Line */
/** @typedef {import("./state.js").Pooling} Pooling */

/** So often the page hears of a run, which is also how long pausing takes. */
const SLICE = 200;

let runs = 0;
let stopping = false;
/** Resolves when the run may go on. */
let paused = Promise.resolve();
let goOn = () => {};

/** Trains what is set up, or this. Does nothing while another run is in progress. @param {Setup} [setup] */
export async function train(setup = page.value.setup) {
  const { running, images } = page.value;
  if (running !== null || images.status === "loading") return;
  page.set({ images: { status: images.status === "ready" ? "ready" : "loading", done: 0, error: "" }, refusal: null });
  let all;
  try {
    all = await loadImages((done) => page.set({ images: { status: "loading", done, error: "" } }));
  } catch (reason) {
    page.set({ images: { status: "error", done: 0, error: message(reason) }, queue: [] });
    return;
  }
  const id = ++runs;
  const lines = setup.poolings.map((pooling) => /** @type {Line} */ ({ pooling, status: "waiting", done: 0, milliseconds: 0, points: [], error: null, file: null }));
  stopping = false;
  page.set({ images: { status: "ready", done: 1, error: "" }, runs: [...page.value.runs, { id, setup, lines, shown: true }], running: id, paused: false, at: 1 });
  await Promise.all(setup.poolings.map((pooling) => drive(id, pooling, setup, all)));
  const [next, ...queue] = stopping ? [] : page.value.queue;
  page.set({ running: null, paused: false, finished: page.value.finished + 1, queue });
  if (next) train(next);
  else keepForOffline();
}

/** Trains these one after the other. @param {readonly Setup[]} setups */
export function trainSeries([next, ...queue]) {
  if (page.value.running !== null) return;
  page.set({ queue });
  train(next);
}

/** The same again, from another seed. @param {Setup} setup */
export function trainAgain(setup) {
  adjust({ ...setup, seed: anotherSeed(setup.seed) });
  train();
}

/** @param {number} seed */
export const anotherSeed = (seed) => (seed + 1) % 1_000_000;

export function pause() {
  if (page.value.running === null || page.value.paused) return;
  paused = new Promise((resolve) => (goOn = resolve));
  page.set({ paused: true });
}

export function resume() {
  page.set({ paused: false });
  goOn();
}

/** Ends the run, and what was to come after it; what has been learned is kept. */
export function stop() {
  stopping = true;
  page.set({ queue: [] });
  resume();
}

/** @param {number} id @param {Pooling} pooling @param {Setup} setup @param {import("./images.js").Images} images */
async function drive(id, pooling, setup, images) {
  const client = new Client(new URL("./worker.js", import.meta.url), 0);
  const change = (/** @type {(line: Line) => Partial<Line>} */ how) => changeLine(id, pooling, how);
  try {
    const { epochs, seed, learningRate, batchSize } = setup;
    const pictures = { training: first(images.training, setup.images), test: first(images.test, IMAGES.test) };
    const moved = Object.values(pictures).flatMap(({ pixels, labels }) => [pixels.buffer, labels.buffer]);
    await client.request("begin", { pooling, epochs, seed, learningRate, batchSize }, pictures, /** @type {ArrayBuffer[]} */ (moved));
    change(() => ({ status: "training" }));
    for (let done = 0; done < 1; ) {
      await paused;
      if (stopping) break;
      const from = performance.now();
      /** @type {import("./worker.js").Slice} */
      const slice = await client.request("advance", { milliseconds: SLICE });
      done = slice.done;
      const milliseconds = performance.now() - from;
      change((line) => ({ done, milliseconds: line.milliseconds + milliseconds, points: slice.point ? [...line.points, slice.point] : line.points }));
    }
    const file = await client.request("file");
    change(({ done, points }) => ({ status: done < 1 ? "stopped" : "done", file: points.length > 0 ? file : null }));
  } catch (reason) {
    if (reason instanceof Refused && reason.parameter in setup) page.set({ refusal: { parameter: reason.parameter, message: reason.message } });
    change(() => ({ status: "error", error: message(reason) }));
  } finally {
    client.stop();
  }
}

/** @param {unknown} reason */
const message = (reason) => (reason instanceof Error ? reason.message : String(reason));
