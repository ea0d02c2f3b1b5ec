// Owns a core and answers one request at a time. Results are transferred, not copied.
import init, { colorize, colorMap, imageParts, Network, poolGeometry, poolImage, prepareDigit } from "./core.js";

/** @typedef {import("./core.js").PoolOptions} Options */
/** @typedef {{ image: ImageData, top: number }} Piece  rows of a picture, and the number of the first */
/** @typedef {{ photo: number, top: number, image: ImageData }} Held  rows of the photograph with this number */
/** @typedef {{ layer: Options, photo: number, width: number, height: number, share: number, of: number }} PoolWork  the photograph's number and size; which of how many shares */
/** @typedef {{ needs: [number, number] } | { pieces: Piece[], geometry?: ReturnType<typeof poolGeometry>, milliseconds: number }} Share  the rows that are missing, or what was made */
/** @typedef {{ name: string, kind: string, channels: number, height: number, width: number, image: ImageData }} Layer  its maps one below the other */
/** @typedef {{ before: Layer, after: Layer, min: number, max: number }} Stage  a pooling layer and the layer it reads, on one colour scale */
/** @typedef {{ seen: ImageData, labels: string[], probabilities: Float32Array, stages: Stage[], palette: Uint8Array, milliseconds: number }} Recognised */

const MAP = "deep";

/** So many of the photograph's pixels are pooled between two reports. */
const STEP = 500_000;
/** Rows that are held beside those that are read, so that a window a little larger needs no others. */
const BESIDE = 128;

/**
 * A share of the pooled photograph. The core says which parts there are and what each reads.
 * @param {PoolWork} work
 * @param {Held | undefined} held
 * @param {(done: number) => void} report
 * @returns {Share}
 */
function poolPhoto({ layer, photo, width, height, share, of }, held, report) {
  const all = imageParts(layer, width, height, of * Math.ceil((width * height) / of / STEP));
  const bound = (/** @type {number} */ at) => Math.floor((at * all.length) / of);
  const parts = all.slice(bound(share), bound(share + 1));
  const first = Math.min(...parts.map(({ reads }) => reads[0]));
  const end = Math.max(...parts.map(({ reads }) => reads[1]));
  if (parts.length > 0 && !(held?.photo === photo && held.top <= first && end <= held.top + held.image.height)) {
    return { needs: [Math.max(0, first - BESIDE), Math.min(height, end + BESIDE)] };
  }
  const geometry = share === 0 ? poolGeometry({ ...layer, shape: [1, 3, height, width] }) : undefined;
  const from = performance.now();
  const pieces = parts.map(({ rows }, done) => {
    report(done / parts.length);
    const { image, top } = /** @type {Held} */ (held);
    return { image: poolImage(image, layer, { rows, top, height }), top: rows[0] };
  });
  return { pieces, geometry, milliseconds: performance.now() - from };
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

/** @type {Record<string, (options: any, subject: any, report: (done: number) => void) => unknown>} */
const WORK = { pool: poolPhoto, recognise };

/** The buffers of a result's pictures: what can be moved to the page. @param {unknown} result @returns {ArrayBuffer[]} */
function buffers(result) {
  if (result instanceof ImageData) return [/** @type {ArrayBuffer} */ (result.data.buffer)];
  if (result === null || typeof result !== "object" || ArrayBuffer.isView(result)) return [];
  return Object.values(result).flatMap(buffers);
}

const scope = /** @type {{ postMessage(message: unknown, transfer?: Transferable[]): void }} */ (/** @type {unknown} */ (self));
/** @type {unknown} what was sent last, used until other comes */
let held;

// The core loads while the page has nothing to ask yet. Where that fails, the first request tries again, and is told why.
init().catch(() => {});

self.addEventListener("message", async ({ data: { id, work, options, subject } }) => {
  if (subject !== undefined) held = subject;
  const report = (/** @type {number} */ done) => scope.postMessage({ id, done });
  try {
    await init();
    report(0);
    const result = await WORK[work](options, held, report);
    scope.postMessage({ id, result }, buffers(result));
  } catch (reason) {
    // An Error would arrive without the parameter that the core adds to it.
    const { message = String(reason), parameter = "" } = reason instanceof Error ? /** @type {Error & { parameter?: string }} */ (reason) : {};
    scope.postMessage({ id, error: { message, parameter } });
  }
});
