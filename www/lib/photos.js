// Which photograph is shown: the samples, the visitor's own, and the way back to the one before.
import { decode, Unreadable } from "./image.js";
import { page } from "./state.js";

/** @typedef {{ name: string, title: string, credit: string }} Sample */

/** @type {readonly Sample[]} */
export const SAMPLES = [
  { name: "coffee", title: "Coffee", credit: "R. Michetti, CC0" },
  { name: "chelsea", title: "Cat", credit: "S. van der Walt, CC0" },
  { name: "astronaut", title: "Astronaut", credit: "Eileen Collins; NASA, public domain" },
  { name: "rocket", title: "Rocket", credit: "SpaceX, public domain" },
  { name: "camera", title: "Camera", credit: "L. Varshney, CC0" },
  { name: "brick", title: "Bricks", credit: "CC0Textures, CC0" },
];

/** Counts what was asked to be opened, so that the newest choice wins over one that decodes longer. */
let asked = 0;

/**
 * Opens a picture and shows it; whatever is wrong with it, what is shown stays.
 * @param {{ name: string, title: string, own: boolean, load: () => Blob | Promise<Blob> }} choice
 */
async function open({ name, title, own, load }) {
  const request = ++asked;
  page.set({ opening: title, photoError: null });
  try {
    const { image, scaledFrom } = await decode(await load(), title);
    if (request !== asked) return;
    page.set({ opening: null, previousPhoto: page.value.photo, photo: { name, title, own, image, scaledFrom } });
  } catch (reason) {
    if (request !== asked) return;
    const why = reason instanceof Unreadable ? reason.message : `“${title}” could not be opened: ${reason instanceof Error ? reason.message : reason}.`;
    const kept = page.value.photo ? ` “${page.value.photo.title}” is still here.` : "";
    page.set({ opening: null, photoError: why + kept });
  }
}

/** @param {string} name */
export function openSample(name) {
  const { title } = SAMPLES.find((sample) => sample.name === name) ?? SAMPLES[0];
  const load = async () => {
    const answer = await fetch(new URL(`../photos/${name}.webp`, import.meta.url));
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.blob();
  };
  return open({ name, title, own: false, load });
}

/** @param {File} file */
export function openFile(file) {
  const name = file.name || "pasted picture";
  return open({ name, title: name, own: true, load: () => file });
}

/**
 * What a drop or a paste holds: its first picture, else its first file, which is then refused with a reason.
 * @param {DataTransfer | null} transfer
 */
export function openTransfer(transfer) {
  const files = [...(transfer?.files ?? [])];
  const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
  if (file) return openFile(file);
  asked++;
  page.set({ opening: null, photoError: "That holds no picture file. Save the picture first, then open the file." });
}

/** Changes places with the photograph before, so that a second call undoes the first. */
export function backToPrevious() {
  const { photo, previousPhoto } = page.value;
  asked++;
  if (previousPhoto) page.set({ photo: previousPhoto, previousPhoto: photo, opening: null, photoError: null });
}
