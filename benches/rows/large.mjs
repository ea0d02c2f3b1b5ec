// Windows of any size on one plane, every output as large as the input: dilation and erosion, and blurring, of pictures.
import { random, size } from "../harness/data.mjs";
import { layer, same } from "../harness/layer.mjs";
import { copy } from "../peers/copy.mjs";
import { define } from "../peers/definition.mjs";
import { ours } from "../peers/ours.mjs";

const SHAPE = [1, 1, 1024, 1024];
const KERNELS = [3, 7, 15, 31, 63];

const FOUR = 4; // bytes of a number

/** Means are sums in another order, over up to 3969 cells. */
const TOLERANCE = 2e-6;

/** Against `memory.copy`, at most. @type {Record<string, Record<number, number>>} */
const COPY = { max: { 3: 1.5, 7: 4 }, min: { 3: 1.5, 7: 4 }, average: {} };

/** Against OpenCV's kernel, at least. @type {Record<string, (kernel: number) => number | undefined>} */
const OPENCV = {
  max: (kernel) => ({ 7: 10, 31: 25 })[kernel],
  min: (kernel) => ({ 7: 10, 31: 25 })[kernel],
  average: () => 1.5,
};

/** Against ONNX Runtime, from array to array, at least. It has no minimum. @type {Record<string, (kernel: number) => number | undefined>} */
const ORT = {
  max: (kernel) => ({ 3: 3, 7: 5, 15: 10, 31: 25, 63: 500 })[kernel],
  average: () => 2.5,
};

/** What the largest window may cost, in the time of k7. @type {Record<string, number>} */
const GROWTH = { max: 1.5, min: 1.5, average: 1.7 };

const METHODS = Object.keys(GROWTH);

/** @param {string} method @param {number} kernel @param {number[]} shape */
function setting(method, kernel, shape) {
  const one = layer(method, shape, kernel, { padding: same(kernel) });
  const x = random(shape);
  return { one, x, expected: define(one, x) };
}

const cases = METHODS.flatMap((method) => KERNELS.map((kernel) => ({ method, kernel, name: `${method} k${kernel} s1 same, ${SHAPE.slice(2).join("×")}` })));

/** @type {import("../harness/bench.mjs").Row[]} */
const against = cases.map(({ method, kernel, name }) => ({
  name,
  setUp({ core, sized, peers: { opencv } }) {
    const { one, x, expected } = setting(method, kernel, sized(SHAPE));
    return {
      expected,
      tolerance: TOLERANCE,
      candidates: {
        ours: ours(core, one, x).resident(),
        "memory.copy": copy(2 * FOUR * size(one.shape)),
        "OpenCV.js": opencv?.kernel(one, x),
      },
      ratios: [
        { against: "memory.copy", atMost: COPY[method][kernel] ?? null },
        { against: "OpenCV.js", atLeast: OPENCV[method](kernel) },
      ],
    };
  },
}));

/** @type {import("../harness/bench.mjs").Row[]} */
const growth = METHODS.map((method) => ({
  name: `${method} s1 same, ${SHAPE.slice(2).join("×")}: k63 and k7`,
  setUp({ core, sized }) {
    const [small, large] = [7, 63].map((kernel) => setting(method, kernel, sized(SHAPE)));
    const candidate = (/** @type {typeof small} */ { one, x, expected }) => ({ ...ours(core, one, x).resident(), expected });
    return {
      tolerance: TOLERANCE,
      candidates: { "ours, k63": candidate(large), "ours, k7": candidate(small) },
      ratios: [{ of: "ours, k63", against: "ours, k7", atMost: GROWTH[method] }],
    };
  },
}));

export const LARGE = [...against, ...growth];

/** @type {import("../harness/bench.mjs").Row[]} */
export const LARGE_CALLS = cases
  .filter(({ method }) => method in ORT)
  .map(({ method, kernel, name }) => ({
    name,
    async setUp({ core, sized, peers: { ort } }) {
      const { one, x, expected } = setting(method, kernel, sized(SHAPE));
      const { intoArray, fresh } = ours(core, one, x);
      return {
        expected,
        tolerance: TOLERANCE,
        candidates: { "ours, out given": intoArray(), "ours, fresh result": fresh(), "ORT Web": await ort?.pool(one, x) },
        ratios: [
          { of: "ours, out given", against: "ORT Web", atLeast: ORT[method](kernel) },
          { of: "ours, fresh result", against: "ORT Web" },
        ],
      };
    },
  }));
