// What the network page says about numbers.
import { shapeText } from "../words.js";

/** @param {number} part */
export const percent = (part) => (part > 0.999 && part < 1 ? "> 99.9 %" : `${(100 * part).toFixed(part > 0 && part < 0.1 ? 2 : 1)} %`);

/** A difference of probabilities. @param {number} by */
export const points = (by) => (Math.abs(by) < 0.0005 ? "same" : `${by > 0 ? "+" : "−"}${(100 * Math.abs(by)).toFixed(1)}`);

/** A value of a cell. @param {number} value */
export function valueText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 100 ? size.toFixed(0) : size >= 10 ? size.toFixed(1) : size >= 0.01 ? size.toFixed(2) : size.toExponential(0);
  return value < 0 ? `−${text}` : text;
}

const KINDS = /** @type {Readonly<Record<string, string>>} */ ({
  conv2d: "Convolution",
  batchNorm2d: "Batch norm",
  relu: "ReLU",
  pool: "Pooling",
  flatten: "Flatten",
  linear: "Linear",
  add: "Sum",
  dropout: "Dropout",
  embedding: "Embedding",
});

/** A layer's name for people: its kind, and its number among its kind. @param {readonly { kind: string }[]} layers @param {number} at */
export function titleOf(layers, at) {
  const { kind } = layers[at];
  const number = layers.slice(0, at + 1).filter((layer) => layer.kind === kind).length;
  const alone = layers.filter((layer) => layer.kind === kind).length === 1;
  return `${KINDS[kind] ?? kind}${alone ? "" : ` ${number}`}`;
}

/** @param {number} count */
const grouped = (count) => count.toLocaleString("en");

/** What a layer is made of and costs. @param {{ kind: string, shape: number[], parameters: number, multiplyAdds: number, pooling: Record<string, unknown> | null }} layer */
export function costText({ kind, parameters, multiplyAdds, pooling }) {
  if (pooling) return `${String(pooling.method)}${windowText(pooling)}. Nothing to learn.`;
  if (parameters > 0) return `${grouped(parameters)} parameters, ${grouped(multiplyAdds)} multiply-adds.`;
  return kind === "relu" ? "What is below 0 becomes 0." : kind === "flatten" ? "All maps in one row." : "";
}

/** @param {Record<string, unknown>} pooling */
function windowText({ kernelSize, stride, global, outputSize }) {
  if (global) return " over the whole map";
  if (outputSize !== undefined) return `, regions: ${shapeText([outputSize].flat().map(Number))}`;
  const sides = [kernelSize].flat().map(Number);
  const steps = [stride ?? kernelSize].flat().map(Number);
  return `, windows of ${shapeText(sides.length > 1 ? sides : [sides[0], sides[0]])}, stride ${steps.join(" × ")}`;
}
