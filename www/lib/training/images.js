// The images to train with: fetched once, when somebody wants to train.

/** What `cargo xtask pack` made: MNIST's first images, in the order of its files. */
export const IMAGES = { bytes: 1_209_926, training: 10_000, test: 2_000, side: 28 };

const FILE = new URL("../../data/mnist.bin", import.meta.url);

/** @typedef {import("../training.js").Pictures} Pictures */
/** @typedef {{ training: Pictures, test: Pictures }} Images */

/** @type {Promise<Images> | undefined} */
let loaded;

/**
 * All images. Where that fails, the next call tries again.
 * @param {(done: number) => void} report  hears which part of the file is there, from 0 to 1
 */
export function loadImages(report) {
  loaded ??= load(report).catch((reason) => {
    loaded = undefined;
    throw reason;
  });
  return loaded;
}

/** @param {(done: number) => void} report @returns {Promise<Images>} */
async function load(report) {
  const response = await fetch(FILE);
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  let got = 0;
  const counted = new TransformStream({
    transform(/** @type {Uint8Array<ArrayBuffer>} */ chunk, controller) {
      report(Math.min(1, (got += chunk.byteLength) / IMAGES.bytes));
      controller.enqueue(chunk);
    },
  });
  const unpacked = response.body.pipeThrough(counted).pipeThrough(new DecompressionStream("deflate"));
  return parted(new Uint8Array(await new Response(unpacked).arrayBuffer()));
}

/** @param {Uint8Array} bytes  labels, then pixels; of each, the training images' and the test images' @returns {Images} */
function parted(bytes) {
  const { training, test, side } = IMAGES;
  const [count, cells] = [training + test, side * side];
  if (bytes.length !== count * (1 + cells)) throw new Error(`their file has ${bytes.length} bytes where ${count * (1 + cells)} were expected`);
  const part = (/** @type {number} */ from, /** @type {number} */ to) => ({
    labels: bytes.subarray(from, to),
    pixels: bytes.subarray(count + from * cells, count + to * cells),
  });
  return { training: part(0, training), test: part(training, count) };
}

/**
 * The first images of these, in memory of their own: to be given away.
 * @param {Pictures} pictures
 * @param {number} count
 * @returns {Pictures}
 */
export function first({ pixels, labels }, count) {
  const cells = pixels.length / labels.length;
  return { pixels: pixels.slice(0, count * cells), labels: labels.slice(0, count) };
}
