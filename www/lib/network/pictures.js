// A photograph of the visitor's: opened, cropped, and handed on as the pixels that the network is given.
import { decode, Unreadable } from "../image.js";
import { networkOf } from "./catalogue.js";
import { page } from "./state.js";

/** Pixels a side of what is handed on: sixteen for each of the network's 28, as on the pad. */
const SIDE = 448;
/** No crop is smaller than this many of the photograph's pixels, or than the photograph. */
export const LEAST = 16;

let asked = 0;

/** Photographs to pick; their credits are in `photos/`. */
export const SAMPLES = [
  { name: "chelsea", title: "Cat" },
  { name: "rocket", title: "Rocket" },
  { name: "coffee", title: "Coffee" },
  { name: "astronaut", title: "Astronaut" },
];

/** @param {string} name  a sample's */
export function openSample(name) {
  const { title } = SAMPLES.find((sample) => sample.name === name) ?? SAMPLES[0];
  return open(title, async () => {
    const answer = await fetch(new URL(`../../photos/${name}.webp`, import.meta.url));
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.blob();
  });
}

/** @param {File} file */
export const openFile = (file) => open(file.name || "pasted picture", () => file);

/** Opens a picture; whatever is wrong with it, what is shown stays. @param {string} name @param {() => Blob | Promise<Blob>} load */
async function open(name, load) {
  const request = ++asked;
  page.set({ opening: name, photoError: null });
  try {
    const { image } = await decode(await load(), name);
    const picture = await createImageBitmap(image);
    if (request === asked) show({ name, picture });
  } catch (reason) {
    if (request !== asked) return;
    const why = reason instanceof Unreadable ? reason.message : `“${name}” could not be opened: ${reason instanceof Error ? reason.message : reason}.`;
    page.set({ opening: null, photoError: `${why} What is shown stays.` });
  }
}

/** @param {import("./state.js").Photo} photo */
function show(photo) {
  const { width, height } = photo.picture;
  const size = Math.min(width, height);
  const crop = { x: Math.floor((width - size) / 2), y: Math.floor((height - size) / 2), size };
  page.set({ opening: null, photoError: null, previousPhoto: page.value.photo, photo, crop, source: "photo" });
}

/** Changes places with the photograph before. */
export function backToPrevious() {
  const { previousPhoto } = page.value;
  if (previousPhoto) show(previousPhoto);
}

/** What a drop or a paste holds: its first picture, else its first file, which is then refused with a reason. @param {DataTransfer | null} transfer */
export function openTransfer(transfer) {
  const files = [...(transfer?.files ?? [])];
  const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
  if (file) return openFile(file);
  asked++;
  page.set({ opening: null, photoError: "That holds no picture file. Save the picture first, then open the file." });
}

/** Moves and sizes the crop; it stays a square inside the photograph. @param {Partial<import("./state.js").Crop>} patch */
export function setCrop(patch) {
  const { crop, photo } = page.value;
  if (!photo) return;
  const { width, height } = photo.picture;
  const most = Math.min(width, height);
  const wanted = { ...crop, ...patch };
  const size = Math.round(Math.max(Math.min(LEAST, most), Math.min(most, wanted.size)));
  const within = (/** @type {number} */ at, /** @type {number} */ extent) => Math.round(Math.max(0, Math.min(extent - size, at)));
  page.set({ crop: { x: within(wanted.x, width), y: within(wanted.y, height), size } });
}

/** Makes larger or smaller around the middle. @param {number} factor */
export function zoomCrop(factor) {
  const { crop } = page.value;
  const size = crop.size * factor;
  setCrop({ size, x: crop.x + (crop.size - size) / 2, y: crop.y + (crop.size - size) / 2 });
}

/** Hands on whatever is the source: the drawing's ink, the photograph's part, or a test picture. */
export function startPictures() {
  page.watch(["source", "ink", "photo", "crop", "network", "objects", "object"], ({ source, ink, photo, crop, network, opening, objects, object }) => {
    if (source === "drawing") page.set({ subject: ink });
    // Pixel for pixel what it is tested with; until the pictures are there, what was shown stays.
    else if (source === "object") objects && object !== null && page.set({ subject: objects[object].image });
    else if (photo) page.set({ subject: cut(photo.picture, crop) });
    // A network for photographs shows at once what it does.
    else if (networkOf(network).takes === "picture" && !opening) openSample(SAMPLES[0].name);
  });
}

/** @param {ImageBitmap} picture @param {import("./state.js").Crop} crop */
function cut(picture, { x, y, size }) {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, x, y, size, size, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE);
}
