// Everything the words page knows: its elements render from it, `looking.js` fills in what the worker finds.
import { createStore } from "../store.js";
import { EXAMPLES } from "./examples.js";

/** @typedef {"max" | "average"} Over  what pools over time */
/** @typedef {{ over: Over, weights: "same" | "own" }} Column  `own`: the weights trained for this pooling */
/** @typedef {import("./worker.js").Looked} Looked */
/** @typedef {import("./worker.js").Trial} Trial */
/** @typedef {{ text: string, lead: number, looked: Looked }} Answered  an answer with what it is for */

/**
 * @typedef {object} Page
 * @property {string | null} note  about the link that opened the page
 * @property {string} text
 * @property {number} lead  empty places before the first word
 * @property {Column} column
 * @property {number | null} test  which of the test sentences is in the box
 * @property {number | null} word  the chosen one
 * @property {number | null} filter  the chosen one; null: the one that pulls most
 * @property {boolean} all  every filter is listed
 * @property {Answered | null} answer  the last one, kept through errors and until the next
 * @property {Answered | null} before  the answer before words were moved; null where nothing has been moved since it was written
 * @property {"working" | "ready" | "error"} status
 * @property {{ message: string, refused: boolean } | null} error  `refused`: the sentence is at fault, not the page
 * @property {number} done  requests that ended
 * @property {boolean} compared  the comparison has come near the screen: it needs a second network
 * @property {{ text: string, rows: Trial[] } | null} trials
 * @property {string | null} trialsError
 */

export const page = createStore(
  /** @type {Page} */ ({
    note: null,
    text: EXAMPLES[0].text,
    lead: 0,
    column: { over: "max", weights: "own" },
    test: null,
    word: null,
    filter: null,
    all: false,
    answer: null,
    before: null,
    status: "working",
    error: null,
    done: 0,
    compared: false,
    trials: null,
    trialsError: null,
  }),
);

/** What is written or picked: what was moved before is history. @param {string} text @param {number | null} [test] */
export function write(text, test = null) {
  page.set({ text, test, before: null, word: null, lead: 0 });
}

/** The same words otherwise: what they were answered before stays for comparison. @param {{ text?: string, lead?: number, word?: number | null }} patch */
export function shift(patch) {
  const { before, answer } = page.value;
  page.set({ ...patch, test: null, before: before ?? answer });
}
