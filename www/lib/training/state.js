// Everything the training page knows: elements render from it, `trainer.js` fills in the results.
import { BLANK } from "../drawing.js";
import { createStore } from "../store.js";

/** @typedef {import("./poolings.js").Pooling} Pooling */
/** @typedef {import("./worker.js").Point} Point */
/** @typedef {{ poolings: readonly Pooling[], images: number, epochs: number, seed: number, learningRate: number, batchSize: number }} Setup */
/** @typedef {"waiting" | "training" | "done" | "stopped" | "error"} Status */
/**
 * @typedef {object} Line  one network of a run
 * @property {Pooling} pooling
 * @property {Status} status
 * @property {number} done  from 0 to 1
 * @property {number} milliseconds  that it has trained
 * @property {readonly Point[]} points
 * @property {string | null} error
 * @property {Uint8Array<ArrayBuffer> | null} file  the network, once it is finished
 */
/** @typedef {{ id: number, setup: Setup, lines: readonly Line[], shown: boolean }} Run */
/** @typedef {{ status: "idle" | "loading" | "ready" | "error", done: number, error: string }} Images */
/** @typedef {{ parameter: string, message: string }} Refusal */
/** @typedef {"accuracy" | "loss"} Measure */
/** @typedef {{ run: number, pooling: Pooling }} Chosen  a finished network */
/** @typedef {Extract<import("./reader.js").Read, { labels: string[] }>} Answer */

/** @type {Readonly<Setup>} */
export const DEFAULTS = { poolings: ["max", "average"], images: 1000, epochs: 10, seed: 1, learningRate: 0.1, batchSize: 32 };
/** The sizes that are offered. */
export const SIZES = [100, 200, 500, 1000, 2000, 5000, 10_000];
/** So many images are seen by each network of a series, however many there are: the same number of steps. */
export const SERIES = { sizes: [100, 1000, 10_000], seen: 20_000 };
export const LIMITS = { epochs: 500, seed: 2 ** 32 - 1 };

/**
 * @typedef {object} Page
 * @property {Setup} setup
 * @property {Refusal | null} refusal  what of the setup cannot be
 * @property {Images} images
 * @property {readonly Run[]} runs  the newest last
 * @property {number | null} running  the run that is in progress
 * @property {boolean} paused
 * @property {readonly Setup[]} queue  what is to be trained next
 * @property {{ run: Run, at: number } | null} removed  the run removed last, and its place
 * @property {Measure} measure
 * @property {number} at  the place on the curves that is looked at, from 0 to 1
 * @property {Chosen | null} chosen  the network to draw for
 * @property {number} finished  runs that ended
 * @property {import("../drawing.js").Drawing} drawing
 * @property {readonly import("../drawing.js").Drawing[]} pastDrawings
 * @property {ImageData | null} ink  the drawing as pixels
 * @property {boolean} near  the pad has come near the screen, or was used: from then on drawings are read
 * @property {Answer | null} answer
 * @property {string | null} answerError
 * @property {number} answers  drawings that were read, or could not be
 */
export const page = createStore(
  /** @type {Page} */ ({
    setup: DEFAULTS,
    refusal: null,
    images: { status: "idle", done: 0, error: "" },
    runs: [],
    running: null,
    paused: false,
    queue: [],
    removed: null,
    measure: "accuracy",
    at: 1,
    chosen: null,
    finished: 0,
    drawing: BLANK,
    pastDrawings: [],
    ink: null,
    near: false,
    answer: null,
    answerError: null,
    answers: 0,
  }),
);

/** @param {Partial<Setup>} patch */
export function adjust(patch) {
  page.set({ setup: { ...page.value.setup, ...patch }, refusal: null });
}

/** @param {number} id @param {Partial<Run>} patch */
export function changeRun(id, patch) {
  page.set({ runs: page.value.runs.map((run) => (run.id === id ? { ...run, ...patch } : run)) });
}

/** @param {number} id @param {Pooling} pooling @param {(line: Line) => Partial<Line>} change */
export function changeLine(id, pooling, change) {
  const run = page.value.runs.find((one) => one.id === id);
  if (run) changeRun(id, { lines: run.lines.map((line) => (line.pooling === pooling ? { ...line, ...change(line) } : line)) });
}

/** @param {number} id */
export function removeRun(id) {
  const at = page.value.runs.findIndex((run) => run.id === id);
  if (at >= 0 && id !== page.value.running) page.set({ removed: { run: page.value.runs[at], at }, runs: page.value.runs.toSpliced(at, 1) });
}

/** Brings the run back that was removed last. */
export function undoRemove() {
  const { removed, runs } = page.value;
  if (removed) page.set({ runs: runs.toSpliced(removed.at, 0, removed.run), removed: null });
}

/** The network that was chosen, or else the newest finished one. @param {Page} state @returns {{ run: Run, line: Line } | null} */
export function chosenLine({ runs, chosen }) {
  const finished = runs.flatMap((run) => run.lines.filter((line) => line.file).map((line) => ({ run, line })));
  return finished.find(({ run, line }) => run.id === chosen?.run && line.pooling === chosen.pooling) ?? finished.at(-1) ?? null;
}
