// Other windows, each against a plain one with as many cells: the time for one output cell.
import { random, size } from "../harness/data.mjs";
import { layer, outputShape } from "../harness/layer.mjs";
import { define } from "../peers/definition.mjs";
import { ours } from "../peers/ours.mjs";

const PLANE = [1, 64, 112, 112];
const LINE = [1, 64, 112 * 112];
const VOLUME = [1, 8, 28, 56, 64];

const PLAIN = { shape: PLANE, kernel: [3, 3], padding: 1 };

/** @type {{ words: string, other: any, plain: any }[]} */
const CASES = [
  { words: "k3 dilation 2", other: { shape: PLANE, kernel: 3, padding: 2, dilation: 2 }, plain: PLAIN },
  { words: "k3 dilation 5", other: { shape: PLANE, kernel: 3, padding: 5, dilation: 5 }, plain: PLAIN },
  { words: "k3 dilation 20", other: { shape: PLANE, kernel: 3, padding: 20, dilation: 20 }, plain: PLAIN },
  { words: "k3 s2 dilation 2", other: { shape: PLANE, kernel: 3, padding: 2, dilation: 2, stride: 2 }, plain: { ...PLAIN, stride: 2 } },
  { words: "k7 dilation 3", other: { shape: PLANE, kernel: 7, padding: 9, dilation: 3 }, plain: { shape: PLANE, kernel: 7, padding: 3 } },
  { words: "k3, padding 0 and 2", other: { shape: PLANE, kernel: 3, padding: [[0, 2], [0, 2]] }, plain: PLAIN },
  { words: "k3, padding 2 and 1 below, none aside", other: { shape: PLANE, kernel: 3, padding: [[2, 1], [0, 0]] }, plain: PLAIN },
  { words: "1-D k9 against 3×3", other: { shape: LINE, kernel: 9, padding: 4 }, plain: PLAIN },
  { words: "1-D k2 s2 against 1×2", other: { shape: LINE, kernel: 2, stride: 2 }, plain: { shape: PLANE, kernel: [1, 2], stride: [1, 2] } },
  { words: "3-D 3×3×3 against 3×9", other: { shape: VOLUME, kernel: 3, padding: 1 }, plain: { shape: PLANE, kernel: [3, 9], padding: [1, 4] } },
  { words: "3-D 2×2×2 s2 against 2×4 s2×4", other: { shape: VOLUME, kernel: 2, stride: 2 }, plain: { shape: PLANE, kernel: [2, 4], stride: [2, 4] } },
];

/** @type {import("../harness/bench.mjs").Row[]} */
export const SHAPES = ["max", "average"].flatMap((method) =>
  CASES.map(({ words, other, plain }) => ({
    name: `${method} ${words}`,
    setUp({ core, sized }) {
      const candidate = (/** @type {any} */ { shape, kernel, ...more }) => {
        const one = layer(method, sized(shape), kernel, more);
        const x = random(one.shape);
        return { ...ours(core, one, x).resident(), expected: define(one, x), units: size(outputShape(one)) };
      };
      return {
        tolerance: 1e-6,
        candidates: { "ours": candidate(other), "the plain case": candidate(plain) },
        ratios: [{ against: "the plain case", atMost: 2 }],
      };
    },
  })),
);
