// Opens a picture file, pasted or dropped or chosen, as pixels the core can read. Nothing of it leaves the page.

/** Larger pictures are scaled to this many pixels, a telephone's 4096 × 3072: more would take a small device's memory. */
export const MOST_PIXELS = 12_600_000;
/** What a picture may decode to at all: four bytes a pixel have to fit in memory, twice. */
const MOST_DECODED = 120_000_000;

/**
 * @typedef {object} Photo
 * @property {string} name  a sample's name, or the file's
 * @property {string} title
 * @property {boolean} own  a visitor's, as against a sample
 * @property {ImageData} image
 * @property {{ width: number, height: number } | null} scaledFrom  the size it had, where that was too large
 */

/** A file that cannot be shown; its message is a sentence for the visitor. */
export class Unreadable extends Error {}

/**
 * The picture's size as it will be shown, found without decoding its pixels.
 * @param {Blob} blob
 * @returns {Promise<{ width: number, height: number }>}
 */
export async function measure(blob) {
  const probe = new Image();
  const address = URL.createObjectURL(blob);
  try {
    await new Promise((resolve, reject) => {
      probe.onload = resolve;
      probe.onerror = reject;
      probe.src = address;
    });
    return { width: probe.naturalWidth, height: probe.naturalHeight };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @param {number} value */
const grouped = (value) => value.toLocaleString("en");

/**
 * The pixels of a picture file: one for one, with the turn that its EXIF data asks for, and without colour management,
 * so that what the core reads is what the file says. Only a picture of more than `most` pixels is scaled down.
 * @param {Blob} blob
 * @param {string} name  for messages
 * @param {number} [most]
 * @returns {Promise<{ image: ImageData, scaledFrom: Photo["scaledFrom"] }>}
 */
export async function decode(blob, name, most = MOST_PIXELS) {
  if (blob.size === 0) throw new Unreadable(`“${name}” is empty: it holds no bytes.`);
  const size = await measure(blob).catch(() => {
    throw new Unreadable(`“${name}” could not be read as a picture. It may be damaged, far too large, or a kind of file this browser does not show.`);
  });
  if (size.width * size.height === 0) throw new Unreadable(`“${name}” has no size in pixels. A PNG, JPEG or WebP file will do.`);
  if (size.width * size.height > MOST_DECODED) {
    const limit = grouped(MOST_DECODED / 1e6);
    throw new Unreadable(`“${name}” is ${grouped(size.width)} × ${grouped(size.height)} pixels; at most ${limit} million can be opened here.`);
  }
  try {
    const bitmap = await createImageBitmap(blob, {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
    });
    const fits = bitmap.width * bitmap.height <= most;
    const scaledFrom = fits ? null : { width: bitmap.width, height: bitmap.height };
    return { image: await pixels(fits ? bitmap : await shrink(bitmap)), scaledFrom };
  } catch {
    throw new Unreadable(`“${name}” is damaged: it starts like a picture, but its pixels could not be decoded.`);
  }
}

/** @param {ImageBitmap} bitmap */
async function shrink(bitmap) {
  const scale = Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height));
  const resizeWidth = Math.max(1, Math.floor(bitmap.width * scale));
  const resizeHeight = Math.max(1, Math.floor(bitmap.height * scale));
  // In a second step, from the decoded picture: browsers disagree on whether the size counts before or after the EXIF turn.
  const small = await createImageBitmap(bitmap, { resizeWidth, resizeHeight, resizeQuality: "high" });
  bitmap.close();
  return small;
}

/** @param {ImageBitmap} bitmap */
async function pixels(bitmap) {
  const { width, height } = bitmap;
  copies ??= check();
  const data = (await copies) ? await copy(bitmap) : drawn(bitmap);
  bitmap.close();
  return new ImageData(data, width, height);
}

/** @param {ImageBitmap} bitmap */
function drawn(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

/** The same bytes in two thirds of the time, and beside the page's own work. @param {ImageBitmap} bitmap */
async function copy(bitmap) {
  const frame = new VideoFrame(bitmap, { timestamp: 0 });
  const data = new Uint8ClampedArray(4 * bitmap.width * bitmap.height);
  await frame.copyTo(data, { format: "RGBA", layout: [{ offset: 0, stride: 4 * bitmap.width }] });
  frame.close();
  return data;
}

/** Whether this browser copies pixels as they are: some do not, and some leave red and blue in another order. */
async function check() {
  const codes = [1, 2, 3, 255, 250, 20, 130, 255, 8, 90, 160, 51, 0, 0, 0, 0];
  const options = /** @type {const} */ ({ premultiplyAlpha: "none", colorSpaceConversion: "none" });
  try {
    const bitmap = await createImageBitmap(new ImageData(Uint8ClampedArray.from(codes), 2, 2), options);
    const wanted = drawn(bitmap);
    return (await copy(bitmap)).every((code, at) => code === wanted[at]);
  } catch {
    return false;
  }
}
/** @type {Promise<boolean> | undefined} */
let copies;
