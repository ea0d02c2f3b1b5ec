// Everything the page knows, in one place: elements render from it, controllers fill in the results.
import { BLANK } from "./drawing.js";
import { createStore } from "./store.js";
import { DEFAULTS } from "./settings.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./image.js").Photo} Photo */
/** @typedef {import("./pooling.js").Pooled} Pooled */
/** @typedef {import("./recogniser.js").Recognised} Recognised */

/** @typedef {"idle" | "working" | "ready" | "error"} Status */
/** @typedef {{ parameter: string, message: string }} Refusal  a setting, or empty, and what is wrong with it */

/**
 * @typedef {object} Page
 * @property {string | null} note  about the link that opened the page
 * @property {Settings} settings
 * @property {Refusal | null} entry  a field whose text is no number that could be tried
 * @property {Photo | null} photo
 * @property {Photo | null} previousPhoto
 * @property {string | null} opening  the name of the file that is being opened
 * @property {string | null} photoError
 * @property {(Pooled & { photo: Photo, settings: Settings }) | null} pooled  the last result, kept through errors
 * @property {Status} pooling
 * @property {Refusal | null} refusal
 * @property {boolean} slow  the running request takes long enough to say so
 * @property {number} progress  the part of the running request that is done, from 0 to 1
 * @property {number} poolingsDone  requests that ended, in a result or in an error
 * @property {{ row: number, column: number }} cell  the output cell looked at
 * @property {Drawing} drawing
 * @property {readonly Drawing[]} pastDrawings
 * @property {ImageData | null} ink  the drawing as pixels
 * @property {boolean} near  the pad has come near the screen, or was used: from then on the network reads the ink
 * @property {Recognised | null} recognised  null until something is drawn
 * @property {Status} recognition
 * @property {string | null} recognitionError
 * @property {number} recognitionsDone
 */

export const page = createStore(
  /** @type {Page} */ ({
    note: null,
    settings: { ...DEFAULTS },
    entry: null,
    photo: null,
    previousPhoto: null,
    opening: null,
    photoError: null,
    pooled: null,
    pooling: "working",
    refusal: null,
    slow: false,
    progress: 0,
    poolingsDone: 0,
    cell: { row: 0, column: 0 },
    drawing: BLANK,
    pastDrawings: [],
    ink: null,
    near: false,
    recognised: null,
    recognition: "idle",
    recognitionError: null,
    recognitionsDone: 0,
  }),
);

/**
 * Changes some settings.
 * @param {Partial<Settings>} patch
 */
export function adjust(patch) {
  page.set({ settings: { ...page.value.settings, ...patch }, entry: null });
}
