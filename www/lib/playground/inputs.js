// Where inputs come from: the samples, files of any kind, pastes, drops, the camera.
import { decode, measure, MOST_PIXELS, Unreadable as NoPicture } from "../image.js";
import { SAMPLES } from "../photos.js";
import { fetched, Unfetched } from "./fetching.js";
import { PATTERNS } from "./patterns.js";
import { ask } from "./run.js";
import { page, setInput } from "./state.js";
import { readMatrix, Unreadable } from "./text.js";

export { PATTERNS, SAMPLES };

/** Counts what was asked to be opened, so that the newest choice wins over one that decodes longer. */
let asked = 0;

/** @param {string} title @param {() => Promise<import("./state.js").Input>} load */
async function open(title, load) {
  const request = ++asked;
  answerOffer("not");
  page.set({ opening: title, inputError: null });
  try {
    const input = await load();
    if (request === asked) setInput(input);
  } catch (reason) {
    if (request !== asked) return;
    if (reason instanceof Refrained) return page.set({ opening: null });
    const { message } = /** @type {Error} */ (reason);
    const told = reason instanceof Unfetched || reason instanceof Unreadable || reason instanceof NoPicture;
    page.set({ opening: null, inputError: told ? message : `“${title}” could not be opened: ${message}.` });
  }
}

/** Pictures above so many pixels are offered scaled. */
const LARGE = 16_000_000;
/** And above so many they are opened no other way: the core has room for three planes of them, and for what layers make of these. */
const LARGEST = 64_000_000;

/** Hears how a large picture is to be opened. @type {(how: "scaled" | "whole" | "not") => void} */
let answered = () => {};

/** @param {"scaled" | "whole" | "not"} how */
export function answerOffer(how) {
  page.set({ offer: null });
  answered(how);
}

/** Somebody's choice to open nothing. */
class Refrained extends Error {}

/** As many pixels as a picture may have that is opened now: of a large one that is asked. @param {Blob} blob @param {string} title */
async function most(blob, title) {
  const { width, height } = await measure(blob).catch(() => ({ width: 0, height: 0 }));
  if (width * height <= LARGE) return LARGE;
  const request = asked;
  const how = await new Promise((/** @type {typeof answered} */ resolve) => {
    answered = resolve;
    page.set({ offer: { title, width, height, whole: width * height <= LARGEST } });
  });
  if (how === "not" || request !== asked) throw new Refrained();
  return how === "whole" ? LARGEST : MOST_PIXELS;
}

/** @param {Blob} blob @param {string} name @param {string} title @param {boolean} own @returns {Promise<import("./state.js").Photograph>} */
async function picture(blob, name, title, own) {
  return { kind: "photo", name, title, own, ...(await decode(blob, title, await most(blob, title))) };
}

/** @param {string} name */
export function openSample(name) {
  const { title } = SAMPLES.find((sample) => sample.name === name) ?? SAMPLES[0];
  return open(title, async () => {
    const answer = await fetch(new URL(`../../photos/${name}.webp`, import.meta.url));
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return picture(await answer.blob(), name, title, false);
  });
}

/** A picture, a `.npy` file, or a text with numbers. @param {File} file */
export function openFile(file) {
  const name = file.name || "pasted picture";
  return open(name, () => inputOf(file, name));
}

/** @param {File} file @param {string} name @returns {Promise<import("./state.js").Input>} */
async function inputOf(file, name) {
  if (/\.npy$/i.test(name)) return maps(name, new Uint8Array(await file.arrayBuffer()));
  if (/\.(csv|tsv|txt|py|json)$/i.test(name) || file.type.startsWith("text/")) return { kind: "matrix", planes: readMatrix(await file.text()) };
  return picture(file, name, name, true);
}

/** What an address of this site holds. @param {string} text */
export function openAddress(text) {
  const shown = text.trim().slice(0, 120);
  return open(shown, async () => {
    const { file, address } = await fetched(text, (part) => page.set({ opening: `${shown}, ${part}` }));
    const input = await inputOf(file, file.name);
    return input.kind === "photo" ? { ...input, address } : input;
  });
}

/** @param {string} name @param {Uint8Array} bytes @returns {Promise<import("./state.js").Maps>} */
async function maps(name, bytes) {
  const read = await ask("npy", "npy", { bytes }).catch((/** @type {Error} */ { message }) => {
    throw new Unreadable(`“${name}” could not be read as a .npy file: ${message}.`);
  });
  const { data, shape } = /** @type {{ data: Float32Array, shape: number[] }} */ (read);
  const inner = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  if (inner.length === 0 || inner.length > 3 || inner.includes(0)) {
    throw new Unreadable(`“${name}” has the shape ${shape.join(" × ") || "of a single number"}; a map is height × width, planes × height × width, or that with a 1 before it.`);
  }
  const [planes, height, width] = [...Array(3 - inner.length).fill(1), ...inner];
  return { kind: "maps", name, shape: [planes, height, width], data };
}

/** What a drop or a paste holds: its first file, else its text. @param {DataTransfer | null} transfer */
export function openTransfer(transfer) {
  const files = [...(transfer?.files ?? [])];
  const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
  if (file) return openFile(file);
  const text = transfer?.getData("text/plain") ?? "";
  if (text.trim() !== "") openText(text);
}

/** Takes typed or pasted numbers for the input. @param {string} text @returns {boolean} whether they could be read */
export function openText(text) {
  asked++;
  try {
    setInput({ kind: "matrix", planes: readMatrix(text) }, "text");
    return true;
  } catch (reason) {
    page.set({ opening: null, inputError: /** @type {Error} */ (reason).message });
    return false;
  }
}

/** Whether there may be a camera: asked for only when it is used. */
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** A picture of the camera's stream as it is now. @param {HTMLVideoElement} video */
export function openFrame(video) {
  return open("camera", async () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    return picture(await canvas.convertToBlob({ type: "image/png" }), "camera", "Camera picture", true);
  });
}
