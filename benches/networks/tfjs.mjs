// A network in TensorFlow.js: its own layout, channels last, and convolution, bias and ReLU fused, as it can.
import { channelsLast } from "../peers/tfjs.mjs";

/**
 * The layers as a function of a batch of samples, and the variables that it reads.
 * @param {any} tf
 * @param {import("./models.mjs").Model} network
 * @param {boolean} [variable] whether the weights are to be learned
 */
export function layersOf(tf, { inputShape, layers }, variable = false) {
  const keep = (/** @type {any} */ tensor) => (variable ? tf.variable(tensor) : tensor);
  let features = inputShape;
  /** @type {any[]} */
  const variables = [];
  const steps = layers.map(({ type, weight, bias, padding, kernelSize }, at) => {
    if (type === "conv2d") {
      const pad = padding[0][0];
      features = [weight.shape[0], ...features.slice(1).map((extent) => extent + 2 * pad - 2)];
      const [filter, shift] = [keep(turned(tf, weight)), keep(tf.tensor1d(bias.data))];
      variables.push(filter, shift);
      const activation = layers[at + 1].type === "relu" ? "relu" : undefined;
      return (/** @type {any} */ x) => tf.fused.conv2d({ x, filter, strides: 1, pad: pad ? "same" : "valid", bias: shift, activation });
    }
    if (type === "pool") {
      features = [features[0], ...features.slice(1).map((extent) => extent >> 1)];
      return (/** @type {any} */ x) => tf.maxPool(x, kernelSize, kernelSize, "valid");
    }
    if (type === "flatten") return (/** @type {any} */ x) => tf.reshape(x, [x.shape[0], -1]);
    if (type === "relu") return (/** @type {any} */ x) => x; // the convolution did it
    const [outputs, inputs] = weight.shape;
    // A sample is flattened channels last: the weights follow.
    const last = turned(tf, { shape: [outputs, ...features], data: weight.data });
    const [kernel, shift] = [keep(tf.reshape(last, [inputs, outputs])), keep(tf.tensor1d(bias.data))];
    variables.push(kernel, shift);
    return (/** @type {any} */ x) => tf.add(tf.matMul(x, kernel), shift);
  });
  return { run: (/** @type {any} */ x) => steps.reduce((value, step) => step(value), x), variables };
}

/** From output, input, row, column to row, column, input, output. @param {any} tf @param {import("./models.mjs").Tensor} tensor */
const turned = (tf, { shape, data }) => tf.transpose(tf.tensor4d(data, shape), [2, 3, 1, 0]);

/** From an array to an array. @param {any} tf @param {import("./models.mjs").Model} network @param {Float32Array} sample */
export function inference(tf, network, sample) {
  const { run } = layersOf(tf, network);
  const [channels, height, width] = network.inputShape;
  const data = channelsLast([1, channels, height, width], sample);
  let last = data;
  function call() {
    tf.engine().startScope(); // tf.tidy around a typed array takes 50 ms
    last = tf.softmax(run(tf.tensor4d(data, [1, height, width, channels]))).dataSync();
    tf.engine().endScope();
  }
  return { call, result: () => last };
}

/**
 * One step of training on all samples.
 * @param {any} tf with gradients
 * @param {import("./models.mjs").Model} network
 * @param {{ pixels: Uint8Array, labels: Uint8Array, learningRate: number }} data
 */
export function training(tf, network, { pixels, labels, learningRate }) {
  const { run, variables } = layersOf(tf, network, true);
  const [channels, height, width] = network.inputShape;
  const shape = [labels.length, channels, height, width];
  const x = tf.tensor4d(channelsLast(shape, Float32Array.from(pixels, (code) => code / 255)), [labels.length, height, width, channels]);
  const y = tf.oneHot(tf.tensor1d([...labels], "int32"), network.outputs);
  const optimizer = tf.train.momentum(learningRate, 0.9, true);
  let loss = NaN;
  function call() {
    const mean = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, run(x)), true, variables);
    loss = mean.dataSync()[0];
    mean.dispose();
  }
  const result = () => [loss, (call(), loss)];
  return { call, result, free: () => [x, y, ...variables].forEach((tensor) => tensor.dispose()) };
}
