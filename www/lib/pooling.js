// Photograph and settings in, pooled picture or the core's refusal out: the page's one way to its first result.
import { Client } from "./client.js";
import { page } from "./state.js";
import { toOptions } from "./settings.js";

/** After this many milliseconds the page says that it is working, and offers to stop. */
const SLOW = 300;
/** What a running request is granted once a newer one waits. */
const PATIENCE = 250;

/** A photograph has a worker for each so many pixels, as far as there are processors beside the page's own. */
const SHARE = 2_000_000;

const hire = () => new Client(new URL("./worker.js", import.meta.url), PATIENCE);
const crew = [hire()];
let newest = 0;
/** Photographs by number: a worker knows by it whose rows it holds. @type {WeakMap<ImageData, number>} */
const numbers = new WeakMap();
let numbered = 0;

/** Starts answering to every change of photograph or settings. */
export function startPooling() {
  crew[0].start();
  page.watch(["photo", "settings"], ({ photo, settings }) => {
    if (photo) answer(photo, settings);
  });
}

/** Ends a running request; the last result stays. */
export function stopPooling() {
  newest++;
  crew.forEach((client) => client.stop());
  page.set({
    slow: false,
    pooling: page.value.pooled ? "ready" : "idle",
    poolingsDone: page.value.poolingsDone + 1,
    refusal: { parameter: "", message: "Stopped. The pooled picture is still the one before." },
  });
}

/** @typedef {import("./worker.js").Share} Share */
/** @typedef {{ width: number, height: number, pieces: import("./worker.js").Piece[] }} Pieces  a picture as it was made */
/** @typedef {{ image: Pieces, geometry: ReturnType<typeof import("./core.js").poolGeometry>, milliseconds: number }} Pooled */

/**
 * The pooled photograph, or null where a newer request or `stopPooling` took this one's place.
 * @param {ImageData} photo
 * @param {import("./core.js").PoolOptions} layer
 * @param {() => boolean} current
 * @returns {Promise<Pooled | null>}
 */
async function pool(photo, layer, current) {
  const { width, height } = photo;
  const of = Math.max(1, Math.min(navigator.hardwareConcurrency - 1, Math.floor((width * height) / SHARE)));
  crew.splice(of).forEach((client) => client.stop());
  while (crew.length < of) crew.push(hire());
  if (!numbers.has(photo)) numbers.set(photo, ++numbered);
  const done = crew.map(() => 0);
  const shares = await Promise.all(
    crew.map(async (client, share) => {
      const work = { layer, photo: numbers.get(photo), width, height, share, of };
      const report = (/** @type {number} */ part) => {
        done[share] = part;
        if (current()) page.set({ progress: done.reduce((a, b) => a + b) / of });
      };
      /** @type {Share | null} */
      const made = await client.request("pool", work, undefined, [], report);
      if (!made || "pieces" in made || !current()) return made;
      const [top, end] = made.needs;
      const image = new ImageData(photo.data.slice(4 * width * top, 4 * width * end), width, end - top);
      return client.request("pool", work, { photo: work.photo, top, image }, [image.data.buffer], report);
    }),
  );
  if (!shares.every((share) => share && "pieces" in share)) return null;
  const { geometry } = shares[0];
  const [rows, columns] = geometry.shape.slice(-2);
  const image = { width: columns, height: rows, pieces: shares.flatMap(({ pieces }) => pieces) };
  return { image, geometry, milliseconds: Math.max(...shares.map(({ milliseconds }) => milliseconds)) };
}

/**
 * @param {import("./image.js").Photo} photo
 * @param {import("./settings.js").Settings} settings
 */
async function answer(photo, settings) {
  const request = ++newest;
  page.set({ pooling: "working", progress: 0 });
  const timer = setTimeout(() => request === newest && page.set({ slow: true }), SLOW);
  try {
    const result = await pool(photo.image, toOptions(settings), () => request === newest);
    if (!result) return;
    const { width: columns, height: rows } = result.image;
    const { cell, pooled } = page.value;
    // At first a cell a little off the middle, where photographs tend to have something to see.
    const row = pooled ? Math.min(cell.row, rows - 1) : Math.floor(rows * 0.66);
    const column = pooled ? Math.min(cell.column, columns - 1) : Math.floor(columns * 0.6);
    page.set({ pooled: { ...result, photo, settings }, cell: { row, column } });
    if (request === newest) page.set({ refusal: null });
  } catch (reason) {
    const { message = String(reason), parameter = "" } = reason instanceof Error ? /** @type {Partial<import("./client.js").Refused>} */ (reason) : {};
    if (request === newest) page.set({ refusal: { parameter, message } });
  } finally {
    clearTimeout(timer);
    if (request === newest) {
      const pooling = page.value.refusal ? "error" : "ready";
      page.set({ pooling, slow: false, poolingsDone: page.value.poolingsDone + 1 });
    }
  }
}
