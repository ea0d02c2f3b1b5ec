// Methods that few frameworks have, against the same in JavaScript.
import { random, size } from "../harness/data.mjs";
import { layer, outputShape } from "../harness/layer.mjs";
import { written } from "../peers/methods.mjs";
import { ours } from "../peers/ours.mjs";

const SHAPE = [1, 64, 112, 112];
const WINDOWS = [
  { words: "k2 s2", kernel: 2, stride: 2 },
  { words: "k3 s2", kernel: 3, stride: 2 },
  { words: "k3 s1", kernel: 3, stride: 1 },
  { words: "k5 s1", kernel: 5, stride: 1 },
];

/** @type {{ name: "lp 2" | "lp 3" | "softpool" | "stochastic" | "median", options: object, tolerance: number }[]} */
const WRITTEN = [
  { name: "lp 2", options: { method: "lp", normType: 2 }, tolerance: 1e-6 },
  { name: "lp 3", options: { method: "lp", normType: 3 }, tolerance: 1e-6 },
  { name: "softpool", options: { method: "softpool" }, tolerance: 1e-5 },
  { name: "stochastic", options: { method: "stochastic", seed: 1 }, tolerance: 0.02 },
  { name: "median", options: { method: "median" }, tolerance: 0 },
];

/** Two draws cannot be compared one by one: their means can. @param {ArrayLike<number>} drawn */
const mean = (drawn) => [Array.from(drawn).reduce((sum, value) => sum + value, 0) / drawn.length];

/** @type {import("../harness/bench.mjs").Row[]} */
export const METHODS = WRITTEN.flatMap(({ name, options, tolerance }) =>
  WINDOWS.map(({ words, kernel, stride }) => ({
    name: `${name} ${words}, ${SHAPE.join("×")}`,
    setUp({ core, sized }) {
      const one = { ...layer(name, sized(SHAPE), kernel, { stride }), ...options };
      const x = random(one.shape);
      const [{ intoArray }, peer] = [ours(core, one, x), written(name, one, x)];
      peer.call();
      const compared = name === "stochastic" ? mean : (/** @type {ArrayLike<number>} */ values) => values;
      const checked = (/** @type {{ call: () => unknown, result: () => ArrayLike<number> }} */ { call, result }) =>
        ({ call, result: () => compared(result()) });
      return {
        expected: Float64Array.from(compared(peer.result())),
        // Few outputs have a mean that varies: its standard error is below the cells' over the root of how many there are.
        tolerance: name === "stochastic" ? Math.max(tolerance, 4 / Math.sqrt(size(outputShape(one)))) : tolerance,
        candidates: { "ours, out given": checked(intoArray()), JavaScript: checked(peer) },
        ratios: [{ of: "ours, out given", against: "JavaScript", atLeast: 3 }],
      };
    },
  })),
);
