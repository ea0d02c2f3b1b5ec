// ONNX models as bytes. A file is a ModelProto of protocol buffers (onnx.proto): tagged fields, nested by length.

const text = new TextEncoder();

/** @param {number} value a whole number, not negative @returns {number[]} */
function varint(value) {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** @param {number} field @param {number} value */
const number = (field, value) => Uint8Array.from([...varint(field * 8), ...varint(value)]);

/** @param {number} field @param {Uint8Array | string} content */
function nested(field, content) {
  const bytes = typeof content === "string" ? text.encode(content) : content;
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
}

/** @param {Uint8Array[]} parts */
function join(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const FLOAT = 1;
const KINDS = { int: 2, ints: 7 };

/** @param {string} name @param {number | number[]} value whole numbers */
function attribute(name, value) {
  const values = Array.isArray(value) ? value.map((one) => number(8, one)) : [number(3, value)];
  return nested(5, join([nested(1, name), ...values, number(20, Array.isArray(value) ? KINDS.ints : KINDS.int)]));
}

/**
 * @param {string} operator
 * @param {string[]} inputs
 * @param {string} output
 * @param {Record<string, number | number[]>} [attributes]
 */
export function node(operator, inputs, output, attributes = {}) {
  const written = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  return join([...inputs.map((input) => nested(1, input)), nested(2, output), nested(4, operator), ...written]);
}

/** A constant of the model. @param {string} name @param {number[]} shape @param {Float32Array} data */
export function constant(name, shape, data) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join([...shape.map((extent) => number(1, extent)), number(2, FLOAT), nested(8, name), nested(9, bytes)]);
}

/** What a model takes or gives. @param {string} name @param {number[]} [shape] @param {number} [type] */
export function value(name, shape, type = FLOAT) {
  const extents = shape && nested(2, join(shape.map((extent) => nested(1, number(1, extent)))));
  const tensor = join([number(1, type), ...(extents ? [extents] : [])]);
  return join([nested(1, name), nested(2, nested(1, tensor))]);
}

/** The element type of whole numbers, as shapes are. */
export const INT64 = 7;

/**
 * @param {{ nodes: Uint8Array[], constants?: Uint8Array[], inputs?: Uint8Array[], outputs: Uint8Array[] }} graph
 * @returns {Uint8Array} a model of opset 17
 */
export function model({ nodes, constants = [], inputs = [], outputs }) {
  const graph = join([
    ...nodes.map((part) => nested(1, part)),
    nested(2, "bench"),
    ...constants.map((part) => nested(5, part)),
    ...inputs.map((part) => nested(11, part)),
    ...outputs.map((part) => nested(12, part)),
  ]);
  return join([number(1, 8), nested(8, number(2, 17)), nested(7, graph)]);
}
