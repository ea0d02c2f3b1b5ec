// Owns the digits network and a core that draws what its layers give.
import init, { colorize, colorMap } from "./core.js";
import { Network, prepareDigit } from "./networks.js";
import { serve } from "./serve.js";

/** @typedef {{ name: string, kind: string, channels: number, height: number, width: number, image: ImageData }} Layer  its maps one below the other */
/** @typedef {{ before: Layer, after: Layer, min: number, max: number }} Stage  a pooling layer and the layer it reads, on one colour scale */
/** @typedef {{ seen: ImageData, labels: string[], probabilities: Float32Array, stages: Stage[], palette: Uint8Array, milliseconds: number }} Recognised */

const MAP = "deep";

/** @type {Promise<Network> | undefined} */
let digits;

/** The network, with the modules that run it and draw its layers. Where that fails, the next request tries again. */
async function start() {
  digits ??= Network.load(new URL("../networks/digits.safetensors", import.meta.url).href).catch((reason) => {
    digits = undefined;
    throw reason;
  });
  const [network] = await Promise.all([digits, init()]);
  return network;
}

/**
 * @param {unknown} _options
 * @param {ImageData} ink
 * @returns {Promise<Recognised | { seen: null }>}  nothing seen where nothing is drawn
 */
async function recognise(_options, ink) {
  const network = await start();
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

serve(start, { recognise });
