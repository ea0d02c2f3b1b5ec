// Small windows, as networks have them.
import { random, size, smooth } from "../harness/data.mjs";
import { layer, outputShape } from "../harness/layer.mjs";
import { copy, inAndOut, registers } from "../peers/copy.mjs";
import { define } from "../peers/definition.mjs";
import { javascript } from "../peers/javascript.mjs";
import { ours } from "../peers/ours.mjs";

const SHAPES = [[1, 64, 112, 112], [1, 3, 1024, 1024]];
const METHODS = ["max", "average"];
const WINDOWS = [
  { words: "k2 s2", kernel: 2, stride: 2, padding: 0, limit: 1.15 },
  { words: "k3 s2 p1", kernel: 3, stride: 2, padding: 1, limit: 1.3 },
  { words: "k3 s1 p1", kernel: 3, stride: 1, padding: 1, limit: 2 },
];

/** Means are sums in another order. */
const TOLERANCE = 1e-6;

const FOUR = 4; // bytes of a number

/** @param {(typeof WINDOWS)[number]} window @param {string} method @param {number[]} shape */
function setting({ kernel, stride, padding }, method, shape) {
  // TensorFlow.js and ONNX leave padding out of a mean's divisor by default, so all do here.
  const one = layer(method, shape, kernel, { stride, padding, ...(method === "average" && { countIncludePad: false }) });
  const x = random(shape);
  return { one, x, expected: define(one, x), numbers: [size(shape), size(outputShape(one))] };
}

const cases = METHODS.flatMap((method) =>
  WINDOWS.flatMap((window) => SHAPES.map((shape) => ({ method, window, shape, words: `${method} ${window.words}, ${shape.join("×")}` }))),
);

/** @type {import("../harness/bench.mjs").Row[]} */
export const KERNELS = cases.map(({ method, window, shape, words }) => ({
  name: words,
  async setUp({ core, sized, peers: { tfjs, ort } }) {
    const { one, x, expected, numbers: [read, written] } = setting(window, method, sized(shape));
    const waves = smooth(one.shape);
    const k2 = window.kernel === 2 ? [1.2, 3] : [];
    return {
      expected,
      tolerance: TOLERANCE,
      candidates: {
        ours: ours(core, one, x).resident(),
        "memory.copy": copy(FOUR * (read + written)),
        "loads and stores alone": registers(read, written),
        "tfjs-wasm": tfjs?.kernel(one, x),
        "ORT Web": await ort?.kernel(one, x),
        "JavaScript, random numbers": javascript(one, x),
        "JavaScript, smooth numbers": { ...javascript(one, waves), expected: define(one, waves) },
      },
      ratios: [
        { against: "memory.copy", atMost: window.limit },
        { against: "loads and stores alone", atMost: null },
        { against: "tfjs-wasm", atLeast: k2[0] },
        { against: "ORT Web", atLeast: k2[1] },
        { against: "JavaScript, random numbers" },
        { against: "JavaScript, smooth numbers" },
      ],
    };
  },
}));

/** @type {import("../harness/bench.mjs").Row[]} */
export const CALLS = cases.map(({ method, window, shape, words }) => ({
  name: words,
  async setUp({ core, sized, peers: { tfjs, ort } }) {
    const { one, x, expected, numbers: [, written] } = setting(window, method, sized(shape));
    const { intoArray, fresh, resident } = ours(core, one, x);
    const targets = window.kernel === 2 ? { out: [2, 2.4], fresh: [1.1, 1.5], resident: [5, 8] } : { out: [], fresh: [], resident: [] };
    const both = (/** @type {string} */ of, /** @type {number[]} */ [first, second]) => [
      { of, against: "tfjs-wasm", atLeast: first },
      { of, against: "ORT Web", atLeast: second },
    ];
    return {
      expected,
      tolerance: TOLERANCE,
      candidates: {
        "ours, out given": intoArray(),
        "ours, fresh result": fresh(),
        "ours, numbers resident": resident(),
        "copies in and out alone": inAndOut(x, written),
        "tfjs-wasm": tfjs?.pool(one, x),
        "ORT Web": await ort?.pool(one, x),
      },
      ratios: [
        ...both("ours, out given", targets.out),
        ...both("ours, fresh result", targets.fresh),
        ...both("ours, numbers resident", targets.resident),
        // No call from an array to an array can be further ahead than these.
        ...both("copies in and out alone", []),
      ],
    };
  },
}));

/** @type {import("../harness/bench.mjs").Row[]} */
export const INDICES = cases
  .filter(({ method }) => method === "max")
  .map(({ method, window, shape, words }) => ({
    name: words,
    setUp({ core, sized }) {
      const { one, x, expected } = setting(window, method, sized(shape));
      const { resident, residentWithIndices, intoArray, intoArrays } = ours(core, one, x);
      return {
        expected,
        candidates: {
          "resident, with indices": residentWithIndices(),
          "resident, without": resident(),
          "arrays, with indices": intoArrays(),
          "arrays, without": intoArray(),
        },
        ratios: [
          { of: "resident, with indices", against: "resident, without", atMost: 2 },
          { of: "arrays, with indices", against: "arrays, without", atMost: 2 },
        ],
      };
    },
  }));
