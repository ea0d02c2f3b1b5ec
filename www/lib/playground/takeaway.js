// What can be taken away: a stage as a picture or as numbers, and the window's sweep as an animation. All of it is made here.
import { Client } from "../client.js";
import { scaleOf } from "./colours.js";
import { bytesText } from "./facts.js";
import { title } from "./layers.js";
import { subject, words } from "./panels.js";
import { ask } from "./run.js";
import { page } from "./state.js";
import { drawFrame, drawMap, laidOut, lasts, steps } from "./takeaway-frames.js";
import { NUMBERS_FROM } from "./viewport.js";

/**
 * @typedef {object} Take
 * @property {number | null} stage  null: the last one
 * @property {number | null} progress  of the animation, from 0 to 1; null: none is made
 * @property {string} said
 * @property {boolean} wrong
 */

/** @param {Partial<Take>} patch */
export const setTake = (patch) => page.set({ take: { ...page.value.take, ...patch } });

/** The stage that is taken. @param {Pick<import("./state.js").Playground, "take" | "stages">} state */
export const stageTaken = ({ take, stages }) => Math.min(take.stage ?? Infinity, stages.length - 1);

/** A picture has no more pixels a side: browsers draw no larger ones everywhere. */
const MOST_PIXELS = 8192;
/** Cells of a small map's picture, in pixels. */
const CELL = 40;

const animator = new Client(new URL("./takeaway-worker.js", import.meta.url), 250);

/** @param {number} at */
function fileName(at) {
  const layer = page.value.shown?.stack[at - 1];
  const name = at === 0 || !layer ? "input" : `stage ${at} ${title(layer)}`;
  return `deep-end-${name.toLowerCase().replaceAll(" × ", "x").replaceAll(/[^a-z0-9]+/g, "-")}`;
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun by then; the address would keep its bytes in memory.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  setTake({ said: `Saved ${name}, ${bytesText(blob.size)}.`, wrong: false, progress: null });
}

/** @param {unknown} reason */
const failed = (reason) => setTake({ said: `Nothing was saved: ${words(reason)}.`, wrong: true, progress: null });

/** The stage's numbers. @param {"npy" | "csv"} form */
export async function saveNumbers(form) {
  const stage = stageTaken(page.value);
  try {
    const made = await ask("take", `${form}Of`, { stage });
    if (made) save(new Blob([made], { type: form === "csv" ? "text/csv" : "application/octet-stream" }), `${fileName(stage)}.${form}`);
  } catch (reason) {
    failed(reason);
  }
}

/** A stage as it is coloured, a pixel for each cell where that fits. @param {number} stage @param {number} size  of a cell, in pixels */
async function look(stage, size) {
  const [, height, width] = page.value.stages[stage].shape;
  const rect = { top: 0, left: 0, height, width };
  const fit = Math.min(1, MOST_PIXELS / Math.max(height, width), size < 1 ? size : 1);
  const box = { height: Math.max(1, Math.round(height * fit)), width: Math.max(1, Math.round(width * fit)) };
  /** @type {import("./draw.js").Look | null} */
  const found = await ask(`take ${stage}`, "look", { stage, rect, ...box, ...scaleOf(page.value, stage), numbers: size >= NUMBERS_FROM });
  if (!found) throw new Error("the stage has changed meanwhile");
  return found;
}

/** The stage as a PNG; small maps with their numbers in large cells. */
export async function savePicture() {
  const stage = stageTaken(page.value);
  try {
    const [, height, width] = page.value.stages[stage].shape;
    const size = Math.max(height, width) <= 64 ? CELL : 1;
    const seen = await look(stage, size);
    const canvas = new OffscreenCanvas(size > 1 ? width * size : seen.image.width, size > 1 ? height * size : seen.image.height);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("the browser gives no canvas of this size");
    if (size === 1) context.putImageData(seen.image, 0, 0);
    else drawMap(/** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context)), { size, left: 0, top: 0 }, seen);
    save(await canvas.convertToBlob({ type: "image/png" }), `${fileName(stage)}.png`);
  } catch (reason) {
    failed(reason);
  }
}

let newest = 0;

/** The window's sweep over its input as an animated GIF. */
export async function saveAnimation() {
  const turn = ++newest;
  const { stages } = page.value;
  const about = subject(page.value);
  if (!about) return failed(new Error(page.value.trouble ? "the layer is refused" : "there is no pooling layer whose window could sweep"));
  setTake({ progress: 0, said: "", wrong: false });
  try {
    const scene = { before: stages[about.stage - 1], after: stages[about.stage], layer: about.layer };
    const place = laidOut(scene);
    const looks = /** @type {[import("./draw.js").Look, import("./draw.js").Look]} */ (await Promise.all([look(about.stage - 1, place.size), look(about.stage, place.size)]));
    const canvas = new OffscreenCanvas(place.width, place.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("the browser gives no canvas of this size");
    const cells = steps(scene.after);
    if (!(await animator.request("begin", { width: place.width, height: place.height }))) return;
    for (const [at, cell] of cells.entries()) {
      drawFrame(context, { ...scene, looks }, place, cell);
      const image = context.getImageData(0, 0, place.width, place.height);
      const added = await animator.request("add", { image, milliseconds: lasts(at, cells.length) });
      if (!added || turn !== newest) return;
      setTake({ progress: (at + 1) / cells.length });
    }
    const file = await animator.request("finish", {});
    if (file && turn === newest) save(new Blob([file], { type: "image/gif" }), `${fileName(about.stage)}-sweep.gif`);
  } catch (reason) {
    if (turn === newest) failed(reason);
  }
}

/** Ends the animation that is being made. */
export function stopAnimation() {
  newest += 1;
  animator.stop();
  setTake({ progress: null, said: "Stopped: nothing was saved.", wrong: false });
}
