// What networks end with and what pyramids are made of: whole planes, windows as large as short rows, windows that lie apart.
import { random } from "../harness/data.mjs";
import { layer, same } from "../harness/layer.mjs";
import { define } from "../peers/definition.mjs";
import { javascript } from "../peers/javascript.mjs";
import { ours } from "../peers/ours.mjs";

const CASES = [
  { words: "whole planes", shape: [1, 2048, 7, 7], kernel: 7, stride: 1, padding: 0 },
  { words: "whole planes", shape: [1, 512, 14, 14], kernel: 14, stride: 1, padding: 0 },
  { words: "k5 s1 same", shape: [1, 512, 13, 13], kernel: 5, stride: 1, padding: same(5) },
  { words: "k13 s1 same", shape: [1, 512, 13, 13], kernel: 13, stride: 1, padding: same(13) },
  { words: "k7 s1 same", shape: [1, 64, 28, 28], kernel: 7, stride: 1, padding: same(7) },
  { words: "k7 s7", shape: [1, 3, 1024, 1024], kernel: 7, stride: 7, padding: 0 },
  { words: "k32 s32", shape: [1, 3, 1024, 1024], kernel: 32, stride: 32, padding: 0 },
];

/** Means are sums in another order. */
const TOLERANCE = 2e-6;

/** @type {import("../harness/bench.mjs").Row[]} */
export const MAPS = ["max", "average"].flatMap((method) =>
  CASES.map(({ words, shape, kernel, ...window }) => ({
    name: `${method} ${words}, ${shape.join("×")}`,
    async setUp({ core, sized, peers: { tfjs, ort } }) {
      // Padding is left out of a mean's divisor, as TensorFlow.js and ONNX do it by default.
      const one = layer(method, sized(shape), kernel, { ...window, ...(method === "average" && { countIncludePad: false }) });
      const x = random(one.shape);
      return {
        expected: define(one, x),
        tolerance: TOLERANCE,
        candidates: {
          ours: ours(core, one, x).resident(),
          "tfjs-wasm": tfjs?.kernel(one, x),
          "ORT Web": await ort?.kernel(one, x),
          "JavaScript": javascript(one, x),
        },
        ratios: [
          { against: "tfjs-wasm", atLeast: 1 },
          { against: "ORT Web", atLeast: 1 },
          { against: "JavaScript", atLeast: 1.2 },
        ],
      };
    },
  })),
);
