// A network as an ONNX model.
import { constant, model, node, value } from "../peers/onnx.mjs";

/**
 * A model that takes `x`, one sample, and gives `y`, the softmax of the last layer.
 * @param {import("./models.mjs").Model} network
 */
export function onnxFile({ inputShape, outputs, layers }) {
  /** @type {Uint8Array[]} */
  const nodes = [];
  /** @type {Uint8Array[]} */
  const constants = [];
  let from = "x";
  /** @param {string} operator @param {string[]} more @param {string} to @param {Record<string, number | number[]>} [attributes] */
  function step(operator, more, to, attributes) {
    nodes.push(node(operator, [from, ...more], to, attributes));
    from = to;
  }
  for (const { name, type, weight, bias, kernelSize, padding } of layers) {
    const parameters = weight ? [`${name}.weight`, `${name}.bias`] : [];
    if (weight) constants.push(constant(parameters[0], weight.shape, weight.data), constant(parameters[1], bias.shape, bias.data));
    if (type === "conv2d") step("Conv", parameters, name, { kernel_shape: kernelSize, pads: [0, 1].flatMap((side) => padding.map((/** @type {number[]} */ axis) => axis[side])) });
    else if (type === "relu") step("Relu", [], name);
    else if (type === "pool") step("MaxPool", [], name, { kernel_shape: [kernelSize, kernelSize], strides: [kernelSize, kernelSize] });
    else if (type === "flatten") step("Flatten", [], name, { axis: 1 });
    else step("Gemm", parameters, name, { transB: 1 });
  }
  step("Softmax", [], "y", { axis: 1 });
  return model({ nodes, constants, inputs: [value("x", [1, ...inputShape])], outputs: [value("y", [1, outputs])] });
}
