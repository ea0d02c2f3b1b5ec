// Owns a core and answers one request at a time. Results are transferred, not copied.
import init, { colorize, colorMap, Network, poolGeometry, poolImage, prepareDigit } from "./core.js";

/** @typedef {import("./core.js").PoolOptions} Options */
/** @typedef {{ image: ImageData, geometry: ReturnType<typeof poolGeometry>, milliseconds: number }} Pooled */
/** @typedef {{ name: string, kind: string, channels: number, height: number, width: number, image: ImageData }} Layer  its maps one below the other */
/** @typedef {{ before: Layer, after: Layer, min: number, max: number }} Stage  a pooling layer and the layer it reads, on one colour scale */
/** @typedef {{ seen: ImageData, labels: string[], probabilities: Float32Array, stages: Stage[], palette: Uint8Array, milliseconds: number }} Recognised */

const MAP = "deep";

/**
 * @param {Options} options
 * @param {ImageData} photo
 * @returns {Pooled}
 */
function poolPhoto(options, photo) {
  const { height, width } = photo;
  const geometry = poolGeometry({ ...options, shape: [1, 3, height, width] });
  const from = performance.now();
  const image = poolImage(photo, options);
  const milliseconds = performance.now() - from;
  return { image, geometry, milliseconds };
}

/** @type {Promise<Network> | undefined} */
let digits;

/**
 * @param {unknown} _options
 * @param {ImageData} ink
 * @returns {Promise<Recognised | { seen: null }>}  nothing seen where nothing is drawn
 */
async function recognise(_options, ink) {
  digits ??= Network.load(new URL("../networks/digits.safetensors", import.meta.url).href);
  const network = await digits.catch((reason) => {
    digits = undefined; // the next request tries again
    throw reason;
  });
  const input = prepareDigit(ink);
  if (input.every((value) => value === 0)) return { seen: null };
  const from = performance.now();
  const { probabilities, layers } = network.run(input);
  const milliseconds = performance.now() - from;
  const [rows = 28, columns = 28] = network.inputShape.slice(-2);
  const seen = colorize(input, columns, rows, { map: "gray", min: 0, max: Math.max(...input) });
  const stages = layers.flatMap((layer, at) => (at > 0 && /pool/i.test(layer.kind) ? [stage(layers[at - 1], layer)] : []));
  return { seen, labels: network.labels, probabilities, stages, palette: colorMap(MAP), milliseconds };
}

/** @typedef {ReturnType<Network["run"]>["layers"][number]} NetworkLayer */

/**
 * @param {NetworkLayer} before
 * @param {NetworkLayer} after
 * @returns {Stage}
 */
function stage(before, after) {
  const values = [before, after].flatMap(({ data }) => [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))]);
  const range = { min: Math.min(...values), max: Math.max(...values) };
  return { before: drawn(before, range), after: drawn(after, range), ...range };
}

/**
 * @param {NetworkLayer} layer
 * @param {{ min: number, max: number }} range
 * @returns {Layer}
 */
function drawn({ name, kind, shape, data }, range) {
  const [channels, height, width] = [1, 1, 1, ...shape].slice(-3);
  return { name, kind, channels, height, width, image: colorize(data, width, channels * height, { map: MAP, ...range }) };
}

/** @type {Record<string, (options: any, subject: any) => unknown>} */
const WORK = { pool: poolPhoto, recognise };

/** The buffers of a result's pictures: what can be moved to the page. @param {unknown} result @returns {ArrayBuffer[]} */
function buffers(result) {
  if (result instanceof ImageData) return [/** @type {ArrayBuffer} */ (result.data.buffer)];
  if (result === null || typeof result !== "object" || ArrayBuffer.isView(result)) return [];
  return Object.values(result).flatMap(buffers);
}

const scope = /** @type {{ postMessage(message: unknown, transfer?: Transferable[]): void }} */ (/** @type {unknown} */ (self));
/** @type {unknown} the photograph: sent once, used by many requests */
let held;

// The core loads while the page has nothing to ask yet. Where that fails, the first request tries again, and is told why.
init().catch(() => {});

self.addEventListener("message", async ({ data: { id, work, options, subject } }) => {
  if (subject !== undefined) held = subject;
  try {
    await init();
    scope.postMessage({ id, started: true });
    const result = await WORK[work](options, held);
    scope.postMessage({ id, result }, buffers(result));
  } catch (reason) {
    // An Error would arrive without the parameter that the core adds to it.
    const { message = String(reason), parameter = "" } = reason instanceof Error ? /** @type {Error & { parameter?: string }} */ (reason) : {};
    scope.postMessage({ id, error: { message, parameter } });
  }
});
