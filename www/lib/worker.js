// Owns a core and answers one request at a time. Results are transferred, not copied.
import init, { colorize, colorMap, Network, pool, poolGeometry, poolImage, prepareDigit } from "./core.js";

/** @typedef {import("./core.js").PoolOptions} Options */
/** @typedef {{ first: Float32Array, last: Float32Array }} Spans  of each window along one axis; infinite where it reads no cell */
/** @typedef {{ image: ImageData, geometry: ReturnType<typeof poolGeometry>, rows: Spans, columns: Spans, milliseconds: number }} Pooled */
/** @typedef {{ name: string, kind: string, channels: number, height: number, width: number, image: ImageData }} Layer  its maps one below the other */
/** @typedef {{ before: Layer, after: Layer, min: number, max: number }} Stage  a pooling layer and the layer it reads, on one colour scale */
/** @typedef {{ seen: ImageData, labels: string[], probabilities: Float32Array, stages: Stage[], palette: Uint8Array, milliseconds: number }} Recognised */

const MAP = "viridis";

/**
 * Where the windows lie along one axis. The core is asked, so that no rule of geometry is written twice: pooling the
 * positions themselves by max gives every window's last cell, and pooling their negatives its first.
 * @param {Options} options
 * @param {number} length
 * @param {0 | 1} axis
 * @returns {Spans}
 */
function spans({ kernelSize, stride, padding, dilation, ceilMode, outputSize, global }, length, axis) {
  const windows = Array.isArray(outputSize) ? { outputSize: outputSize[axis] } : global ? { global } : { kernelSize, stride, padding, dilation, ceilMode };
  const extreme = (/** @type {number} */ sign) =>
    pool(Float32Array.from({ length }, (_, at) => sign * at), { ...windows, method: "max", shape: [1, 1, length] });
  const first = /** @type {Float32Array} */ (extreme(-1).data).map((at) => -at);
  return { first, last: /** @type {Float32Array} */ (extreme(1).data) };
}

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
  return { image, geometry, rows: spans(options, height, 0), columns: spans(options, width, 1), milliseconds };
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

self.addEventListener("message", async ({ data: { id, work, options, subject } }) => {
  if (subject !== undefined) held = subject;
  try {
    await init();
    scope.postMessage({ id, started: true });
    const result = await WORK[work](options, held);
    scope.postMessage({ id, result }, buffers(result));
  } catch (reason) {
    scope.postMessage({ id, error: reason instanceof Error ? reason.message : String(reason) });
  }
});
