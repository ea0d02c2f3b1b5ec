// Everything the network page knows: its elements render from it, `looking.js` and `sweeping.js` fill in what the workers find.
import { BLANK } from "../drawing.js";
import { createStore } from "../store.js";
import { networkOf, NETWORKS, poolingOf } from "./catalogue.js";

/** @typedef {import("../drawing.js").Drawing} Drawing */
/** @typedef {import("./worker.js").Looked} Looked */
/** @typedef {import("./worker.js").Curve} Curve */
/** @typedef {import("./worker.js").Covered} Covered */
/** @typedef {{ pooling: string, weights: "same" | "own" }} Column  `own`: the weights trained for this pooling */
/** @typedef {{ x: number, y: number, size: number }} Crop  a square of the photograph, in its pixels */
/** @typedef {{ name: string, picture: ImageBitmap }} Photo */
/** @typedef {{ place: [number, number], size: number }} Patch */
/** @typedef {{ layer: number, channel: number, row: number, column: number }} Cell  of the output of layer number `layer` */
/** @typedef {"working" | "ready" | "error"} Status */

/**
 * @typedef {object} Page
 * @property {string | null} note  about the link that opened the page
 * @property {string} network
 * @property {string | null} own  the name of the network file that the visitor opened
 * @property {string | null} ownError
 * @property {readonly Column[]} columns  one, or two to compare
 * @property {"drawing" | "photo" | "object"} source
 * @property {Drawing} drawing
 * @property {readonly Drawing[]} pastDrawings
 * @property {ImageData | null} ink  the drawing's pixels
 * @property {Photo | null} photo
 * @property {Photo | null} previousPhoto
 * @property {Crop} crop
 * @property {string | null} opening
 * @property {string | null} photoError
 * @property {readonly import("./objects.js").Picture[] | null} objects  test pictures, once they are fetched
 * @property {number | null} object  the one of them that is picked
 * @property {boolean} centred  a photograph's ink is found and centred as the training digits were
 * @property {ImageData | null} subject  the pixels that the network is given, of the drawing or the photograph
 * @property {readonly [number, number]} shift  down and to the right
 * @property {number} noise
 * @property {number} seed
 * @property {Patch | null} patch
 * @property {Cell | null} cell  the one whose path is shown; null: the strongest after the last pooling
 * @property {"found" | "path"} view  the layers show their values, or what they contribute to the cell
 * @property {(Looked & { columns: readonly Column[], object: number | null }) | null} looked  the last answer with the columns and the test picture it is for, kept through errors and until the next
 * @property {Status} status
 * @property {string | null} error
 * @property {number} done  requests that ended
 * @property {(Curve & { poolings: string[] }) | null} curve  with the titles of the poolings it is for
 * @property {string | null} curveError
 * @property {(Covered & { poolings: string[] }) | null} covered
 * @property {number | null} covering  the part of the occlusion map that is done, while it is made
 * @property {string | null} coverError
 */

export const page = createStore(
  /** @type {Page} */ ({
    note: null,
    network: NETWORKS[0].id,
    own: null,
    ownError: null,
    columns: [{ pooling: NETWORKS[0].first, weights: "own" }],
    source: "drawing",
    drawing: BLANK,
    pastDrawings: [],
    ink: null,
    photo: null,
    previousPhoto: null,
    crop: { x: 0, y: 0, size: 1 },
    opening: null,
    photoError: null,
    objects: null,
    object: null,
    centred: true,
    subject: null,
    shift: [0, 0],
    noise: 0,
    seed: 1,
    patch: null,
    cell: null,
    view: "found",
    looked: null,
    status: "working",
    error: null,
    done: 0,
    curve: null,
    curveError: null,
    covered: null,
    covering: null,
    coverError: null,
  }),
);

/** How far a picture can be moved each way. */
export const FARTHEST = 8;

/** @param {number} down @param {number} across */
export function moveBy(down, across) {
  const [row, column] = page.value.shift;
  const within = (/** @type {number} */ at) => Math.max(-FARTHEST, Math.min(FARTHEST, at));
  page.set({ shift: [within(row + down), within(column + across)] });
}

/** Puts a pooling into column `at`, with weights of its own where there are such. @param {number} at @param {Partial<Column>} patch */
export function setColumn(at, patch) {
  const { columns, network } = page.value;
  const { trained } = networkOf(network);
  page.set({
    columns: columns.map((column, index) => {
      if (index !== at) return column;
      const changed = { ...column, ...patch };
      const possible = changed.pooling in trained;
      if (!poolingOf(changed.pooling).method) return { ...changed, weights: "own" };
      return possible ? changed : { ...changed, weights: "same" };
    }),
  });
}

/** Another network, from the start. @param {string} id */
export function setNetwork(id) {
  const { first, takes } = networkOf(id);
  page.set({ network: id, columns: [{ pooling: first, weights: "own" }], cell: null, shift: [0, 0], patch: null, source: takes === "digit" ? "drawing" : "photo" });
}

/** Shows a second pooling beside the first, with weights of its own where there are such, or takes it away. @param {boolean} on */
export function compare(on) {
  const [first] = page.value.columns;
  page.set({ columns: on ? [first, { pooling: first.pooling === "average" ? "max" : "average", weights: "own" }] : [first] });
}
