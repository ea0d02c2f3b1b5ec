// The networks that are measured: layers as a network file describes them, and weights drawn from a fixed seed.
import { random } from "../harness/data.mjs";

/**
 * @typedef {{ shape: number[], data: Float32Array }} Tensor
 * @typedef {{ name: string, [option: string]: any }} NamedLayer options as in a network file; tensors `weight` and `bias` where it has some
 * @typedef {{ inputShape: number[], outputs: number, layers: NamedLayer[] }} Model
 */

const OUTPUTS = 10;
const PARAMETERS = ["weight", "bias"];
const halve = { type: "pool", method: "max", kernelSize: 2 };
const answer = (/** @type {number} */ inFeatures) => [{ type: "flatten" }, { type: "linear", inFeatures, outFeatures: OUTPUTS }];

/** A 3 × 3 convolution and the ReLU after it. @param {number} inChannels @param {number} outChannels @param {number} [pad] cells on each side */
const conv = (inChannels, outChannels, pad = 1) => [
  { type: "conv2d", inChannels, outChannels, kernelSize: [3, 3], padding: [[pad, pad], [pad, pad]] },
  { type: "relu" },
];

/** @type {Record<string, { inputShape: number[], layers: any[] }>} */
const PLANS = {
  // `digits()` of src/nn/recipes.rs, its batch norms folded.
  "digits, 1×28×28": { inputShape: [1, 28, 28], layers: [...conv(1, 8), halve, ...conv(8, 16), ...conv(16, 16), halve, ...conv(16, 24), halve, ...answer(216)] },
  // CNN Explainer's (Wang et al. 2020).
  "Tiny VGG, 3×64×64": {
    inputShape: [3, 64, 64],
    layers: [...conv(3, 10, 0), ...conv(10, 10, 0), halve, ...conv(10, 10, 0), ...conv(10, 10, 0), halve, ...answer(1690)],
  },
  // Three stages of a residual network for CIFAR-10, without its additions.
  "objects, 3×32×32": {
    inputShape: [3, 32, 32],
    layers: [
      ...[...conv(3, 18), ...conv(18, 18), ...conv(18, 18), halve],
      ...[...conv(18, 36), ...conv(36, 36), ...conv(36, 36), halve],
      ...[...conv(36, 60), ...conv(60, 60), ...conv(60, 60), halve, ...answer(960)],
    ],
  },
};

export const NAMES = Object.keys(PLANS);

/** Values of magnitudes under which no layer's outputs vanish or explode (He et al. 2015). @param {number[]} shape @param {number} fan @param {number} seed */
const weights = (shape, fan, seed) => ({ shape, data: random(shape, seed).map((value) => value * Math.sqrt(6 / fan)) });

/** @param {string} name @returns {Model} */
export function model(name) {
  const { inputShape, layers } = PLANS[name];
  const named = layers.map((layer, at) => {
    const one = { name: `${layer.type}_${at}`, ...layer };
    const shape = { conv2d: [layer.outChannels, layer.inChannels, 3, 3], linear: [layer.outFeatures, layer.inFeatures] }[/** @type {"conv2d"} */ (layer.type)];
    if (!shape) return one;
    const fan = shape.slice(1).reduce((a, b) => a * b, 1);
    return { ...one, weight: weights(shape, fan, 2 * at + 1), bias: weights(shape.slice(0, 1), 100, 2 * at + 2) };
  });
  return { inputShape, outputs: OUTPUTS, layers: named };
}

/** What a network file says of the layers. @param {Model} network */
export function architecture({ inputShape, outputs, layers }) {
  const each = (/** @type {number} */ value) => Array(inputShape[0]).fill(value);
  return {
    inputShape,
    labels: Array.from({ length: outputs }, (_, at) => String(at)),
    preprocessing: { mean: each(0), std: each(1) },
    layers: layers.map(({ weight, bias, ...layer }) => layer),
  };
}

/** The network as our file: safetensors, its architecture in the metadata. @param {Model} network */
export function networkFile(network) {
  /** @type {Record<string, object>} */
  const header = { __metadata__: { deep_end_network: JSON.stringify({ architecture: architecture(network) }) } };
  /** @type {Tensor[]} */
  const tensors = [];
  let end = 0;
  for (const { name, ...layer } of network.layers) {
    for (const kind of PARAMETERS) {
      if (!layer[kind]) continue;
      tensors.push(layer[kind]);
      header[`${name}.${kind}`] = { dtype: "F32", shape: layer[kind].shape, data_offsets: [end, (end += layer[kind].data.byteLength)] };
    }
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(8 * Math.ceil(text.length / 8)));
  const file = new Uint8Array(8 + head.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  let at = 8 + head.length;
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer), at);
    at += data.byteLength;
  }
  return file;
}

/** The same network with the weights of one of our files. @param {Model} network @param {Uint8Array} file @returns {Model} */
export function readFile(network, file) {
  const begin = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, begin)));
  /** @param {string} name @returns {Tensor} */
  function read(name) {
    const { shape, data_offsets: [from, to] } = header[name];
    return { shape, data: new Float32Array(file.slice(begin + from, begin + to).buffer) };
  }
  const layers = network.layers.map((layer) => {
    const had = PARAMETERS.filter((kind) => layer[kind]);
    return { ...layer, ...Object.fromEntries(had.map((kind) => [kind, read(`${layer.name}.${kind}`)])) };
  });
  return { ...network, layers };
}
