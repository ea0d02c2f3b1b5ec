// A network of ours in the peers: convolutions, ReLUs, max poolings, a dense layer, probabilities.
import { channelsLast } from "./tfjs.mjs";
import { constant, model, node, value } from "./onnx.mjs";

/** @typedef {import("../harness/network.mjs").Network} Network */

/** As an ONNX model from `x` to `y`. @param {Network} network */
export function onnxNetwork({ inputShape, labels, layers }) {
  /** @type {Uint8Array[]} */
  const constants = [];
  /** @type {(layer: import("../harness/network.mjs").Layer) => [string, Record<string, number | number[]>]} */
  const operator = ({ type, kernelSize, stride, padding }) => {
    if (type === "conv2d") return ["Conv", { kernel_shape: kernelSize, strides: stride, pads: [0, 1].flatMap((side) => padding.map((/** @type {number[]} */ axis) => axis[side])) }];
    if (type === "relu") return ["Relu", {}];
    if (type === "pool") return ["MaxPool", { kernel_shape: [kernelSize, kernelSize], strides: [kernelSize, kernelSize] }];
    if (type === "flatten") return ["Flatten", { axis: 1 }];
    if (type === "linear") return ["Gemm", { transB: 1 }];
    throw new Error(`${type} is not written here`);
  };
  let last = "x";
  const nodes = layers.map((layer) => {
    const weights = Object.entries({ weight: layer.weight, bias: layer.bias }).flatMap(([part, tensor]) => {
      if (tensor) constants.push(constant(`${layer.name}.${part}`, tensor.shape, tensor.data));
      return tensor ? [`${layer.name}.${part}`] : [];
    });
    const [name, attributes] = operator(layer);
    return node(name, [last, ...weights], (last = layer.name), attributes);
  });
  const [inputs, outputs] = [[value("x", [1, ...inputShape])], [value("y", [1, labels.length])]];
  return model({ nodes: [...nodes, node("Softmax", [last], "y", { axis: 1 })], constants, inputs, outputs });
}

/**
 * In TensorFlow.js, from an array to an array; convolution, bias and ReLU fused, as its converter does.
 * @param {any} tf
 * @param {Network} network
 * @param {Float32Array} x
 */
export function tfjsNetwork(tf, { inputShape: [channels, height, width], layers }, x) {
  const data = channelsLast([1, channels, height, width], x);
  let extents = [channels, height, width];
  const steps = layers.flatMap((layer, at) => {
    const { step, after } = operator(tf, layer, layers[at + 1], extents);
    extents = after;
    return step ? [step] : [];
  });
  let probabilities = new Float32Array(0);
  function call() {
    tf.engine().startScope();
    let y = tf.tensor4d(data, [1, height, width, channels]);
    for (const step of steps) y = step(y);
    probabilities = tf.softmax(y).dataSync();
    tf.engine().endScope();
  }
  return { call, result: () => probabilities };
}

/**
 * @param {any} tf
 * @param {import("../harness/network.mjs").Layer} layer
 * @param {import("../harness/network.mjs").Layer | undefined} next
 * @param {number[]} before channels, height, width
 * @returns {{ step?: (x: any) => any, after: number[] }}
 */
function operator(tf, { type, weight, bias, kernelSize, padding }, next, before) {
  const [channels, height, width] = before;
  if (type === "conv2d" && weight && bias) {
    const filter = tf.tidy(() => tf.transpose(tf.tensor4d(weight.data, weight.shape), [2, 3, 1, 0]));
    const [shift, activation, pad] = [tf.tensor1d(bias.data), next?.type === "relu" ? "relu" : "linear", padding[0][0]];
    const shrink = 2 * pad + 1 - kernelSize[0];
    const step = (/** @type {any} */ x) => tf.fused.conv2d({ x, filter, strides: 1, pad, dimRoundingMode: "floor", bias: shift, activation });
    return { step, after: [weight.shape[0], height + shrink, width + shrink] };
  }
  if (type === "pool") {
    const step = (/** @type {any} */ x) => tf.maxPool(x, kernelSize, kernelSize, "valid");
    return { step, after: [channels, Math.floor(height / kernelSize), Math.floor(width / kernelSize)] };
  }
  if (type === "flatten") return { step: (x) => tf.reshape(x, [1, -1]), after: before };
  if (type === "linear" && weight && bias) {
    // What is flattened lies channels last: the weights follow.
    const [outputs, inputs] = weight.shape;
    const turned = () => tf.reshape(tf.transpose(tf.tensor4d(weight.data, [outputs, ...before]), [2, 3, 1, 0]), [inputs, outputs]);
    const [matrix, shift] = [tf.tidy(turned), tf.tensor1d(bias.data)];
    return { step: (x) => tf.fused.matMul({ a: x, b: matrix, bias: shift }), after: [outputs, 1, 1] };
  }
  if (type === "relu") return { after: before }; // fused into the convolution before it
  throw new Error(`${type} is not written here`);
}
