// What can stand in the stack, as data: each kind's parameters, what they start as, and the words for them.

/** @typedef {"pool" | "filter" | "relu" | "unpool"} Kind */
/** @typedef {Record<string, any>} Options  of the parameters below, by key; plain JSON */
/** @typedef {{ id: number, kind: Kind, options: Options }} Layer */

/**
 * A parameter. `whole` and `decimal` are numbers; `cells` is a whole number, or one each for rows and columns; `sides`
 * is that, or before and after for each axis; `numbers` is a list.
 * @typedef {object} Parameter
 * @property {string} key
 * @property {string} label
 * @property {"pick" | "whole" | "decimal" | "cells" | "sides" | "flag" | "numbers"} type
 * @property {unknown} start
 * @property {string} hint
 * @property {readonly (readonly [value: string, label: string])[]} [choices]
 * @property {(options: Options) => boolean} [applies]
 */

/** Every method's value in the options, its name, and what it keeps. @type {readonly (readonly [string, string, string])[]} */
export const METHODS = [
  ["max", "Max", "The largest value in each window."],
  ["average", "Average", "The mean of each window."],
  ["min", "Min", "The smallest value in each window."],
  ["lp", "Lp norm", "The norm (Σ|x|ᵖ)¹ᐟᵖ of each window."],
  ["gem", "Generalised mean", "(mean of xᵖ)¹ᐟᵖ, negative cells as 0: from the mean to the maximum as p grows."],
  ["log-sum-exp", "Log-sum-exp", "A soft maximum: ln(mean of exp(r·x)) / r."],
  ["softpool", "SoftPool", "The mean weighted by the softmax of the cells."],
  ["stochastic", "Stochastic", "One cell of each window, drawn with probability x / Σx."],
  ["stochastic-mean", "Stochastic mean", "The mean weighted by those probabilities."],
  ["mixed", "Mixed", "α parts of the maximum, 1 − α of the mean."],
  ["gated", "Gated", "Maximum and mean, mixed by a gate that the window itself sets."],
  ["median", "Median", "The middle value of each window."],
  ["rank", "Rank", "The n-th largest value of each window."],
  ["top-k", "Top-k mean", "The mean of the k largest values."],
  ["max-blur", "Max blur", "Max at every position, then a blur, then every stride-th: less aliasing."],
  ["average-blur", "Average blur", "Means at every position, then a blur, then every stride-th."],
  ["subsample", "Subsample", "The first cell of each window: no pooling at all."],
];

const of = (/** @type {string[]} */ ...methods) => (/** @type {Options} */ { method }) => methods.includes(method);
const sliding = (/** @type {Options} */ { windows }) => windows === "sliding";
const sized = (/** @type {Options} */ { windows }) => windows === "adaptive" || windows === "fractional";

/** @type {readonly Parameter[]} */
const POOL = [
  { key: "method", label: "Method", type: "pick", start: "max", hint: "", choices: METHODS.map(([value, name]) => /** @type {const} */ ([value, name])) },
  { key: "normType", label: "Power p", type: "decimal", start: 2, hint: "2 is Euclid’s length; a larger p nears the maximum.", applies: of("lp", "gem") },
  { key: "sharpness", label: "Sharpness r", type: "decimal", start: 1, hint: "Towards 0 the mean, large the maximum.", applies: of("log-sum-exp") },
  { key: "alpha", label: "Part α of the maximum", type: "decimal", start: 0.5, hint: "0 is the mean, 1 the maximum.", applies: of("mixed") },
  { key: "weights", label: "Gate’s weights", type: "numbers", start: [0, 0, 0, 0], hint: "One for each cell of the window, row by row.", applies: of("gated") },
  { key: "rank", label: "Rank n", type: "whole", start: 2, hint: "1 is the maximum.", applies: of("rank") },
  { key: "k", label: "k", type: "whole", start: 2, hint: "How many of the largest values count.", applies: of("top-k") },
  { key: "filterSize", label: "Filter size", type: "whole", start: 3, hint: "Taps of the blur along each axis.", applies: of("max-blur", "average-blur") },
  {
    key: "windows", label: "Windows", type: "pick", start: "sliding", hint: "",
    choices: [["sliding", "Sliding"], ["adaptive", "To a size"], ["fractional", "Fractional"], ["global", "Global"]],
  },
  { key: "kernelSize", label: "Kernel size", type: "cells", start: 2, hint: "Cells along each side; “3, 2” is 3 rows and 2 columns.", applies: sliding },
  { key: "stride", label: "Stride", type: "cells", start: 2, hint: "How far the window moves at each step.", applies: sliding },
  { key: "padding", label: "Padding", type: "sides", start: 0, hint: "Cells around the input; “0:1, 0:1” is before:after for rows, columns.", applies: sliding },
  { key: "dilation", label: "Dilation", type: "cells", start: 1, hint: "2 reads every second cell.", applies: sliding },
  { key: "ceilMode", label: "Ceil mode", type: "flag", start: false, hint: "A last window may hang over the edge.", applies: sliding },
  { key: "countIncludePad", label: "Count padding in the mean", type: "flag", start: true, hint: "The divisor includes padding.", applies: (options) => sliding(options) && options.method === "average" },
  { key: "outputSize", label: "Output size", type: "cells", start: 2, hint: "Rows and columns of the result.", applies: sized },
  {
    key: "sequence", label: "Sizes of regions", type: "pick", start: "random", hint: "",
    choices: [["random", "Random"], ["pseudorandom", "Pseudorandom"]], applies: ({ windows }) => windows === "fractional",
  },
  { key: "overlapping", label: "Overlapping regions", type: "flag", start: false, hint: "Neighbours share a row or column.", applies: ({ windows }) => windows === "fractional" },
  { key: "seed", label: "Seed", type: "whole", start: 1, hint: "The same seed draws the same everywhere.", applies: ({ method, windows }) => method === "stochastic" || windows === "fractional" },
];

/** @type {Readonly<Record<string, readonly number[]>>} */
export const FILTERS = Object.freeze({
  edge: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  vertical: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  horizontal: [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  blur: [0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625],
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
});

/** @type {readonly Parameter[]} */
const FILTER = [
  {
    key: "filter", label: "Filter", type: "pick", start: "edge", hint: "",
    choices: [["edge", "Edges"], ["vertical", "Vertical edges"], ["horizontal", "Horizontal edges"], ["blur", "Blur"], ["sharpen", "Sharpen"], ["own", "Own 3 × 3"]],
  },
  { key: "weights", label: "Weights", type: "numbers", start: [0, 0, 0, 0, 1, 0, 0, 0, 0], hint: "Nine numbers, row by row.", applies: ({ filter }) => filter === "own" },
  { key: "border", label: "Beyond the edge", type: "pick", start: "edge", hint: "", choices: [["edge", "The edge’s cells"], ["zero", "Zeros"]] },
];

/** @type {readonly Parameter[]} */
const UNPOOL = [
  {
    key: "way", label: "Way up", type: "pick", start: "nearest", hint: "",
    choices: [["nearest", "Nearest"], ["bilinear", "Bilinear"], ["max", "Max-unpool"], ["average", "Average-unpool"]],
  },
  { key: "scale", label: "Scale", type: "whole", start: 2, hint: "How many times larger.", applies: ({ way }) => way === "nearest" || way === "bilinear" },
];

/** @type {Readonly<Record<Kind, { name: string, about: string, parameters: readonly Parameter[] }>>} */
export const KINDS = Object.freeze({
  pool: { name: "Pooling", about: "One value for each window.", parameters: POOL },
  filter: { name: "Filter", about: "A 3 × 3 convolution: finds edges, blurs, sharpens.", parameters: FILTER },
  relu: { name: "ReLU", about: "Negative values become 0.", parameters: [] },
  unpool: { name: "Unpooling", about: "Back up: a larger map. Max- and average-unpooling put values back by the last pooling layer before it.", parameters: UNPOOL },
});

/** A kind's options as they start. @param {Kind} kind @returns {Options} */
export const startOptions = (kind) => Object.fromEntries(KINDS[kind].parameters.map(({ key, start }) => [key, start]));

/** The parameters that have a say. @param {Layer} layer */
export const applying = ({ kind, options }) => KINDS[kind].parameters.filter(({ applies }) => !applies || applies(options));

/** The weights of a filter layer. @param {Options} options @returns {readonly number[]} */
export const filterWeights = ({ filter, weights }) => (filter === "own" ? weights : FILTERS[filter]);

/** The core's options of a pooling layer: only what applies. @param {Options} options @returns {import("../core.js").PoolOptions} */
export function poolOptions(options) {
  const { windows, sequence, ...rest } = options;
  const keys = applying({ id: 0, kind: "pool", options }).map(({ key }) => key);
  const given = Object.fromEntries(Object.entries(rest).filter(([key]) => keys.includes(key)));
  if (windows === "global") return /** @type {any} */ ({ ...given, global: true });
  return /** @type {any} */ (windows === "fractional" ? { ...given, fractional: sequence } : given);
}

/** A layer as the core makes it; not a way back up, which depends on layers before it. @param {Layer} layer @returns {import("./core.js").StageKind} */
export function stageOptions({ kind, options }) {
  if (kind === "pool") return { pool: poolOptions(options) };
  return kind === "filter" ? { filter: { kernel: [...filterWeights(options)], border: options.border } } : { relu: true };
}

const size = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.join(" × ") : `${value} × ${value}`);
const one = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.map((axis) => (Array.isArray(axis) ? axis.join(":") : axis)).join(", ") : String(value));
const label = (/** @type {Parameter} */ { choices = [] }, /** @type {string} */ value) => choices.find(([name]) => name === value)?.[1] ?? value;

/** A layer's name in a few words. @param {Layer} layer */
export function title({ kind, options }) {
  if (kind === "relu") return "ReLU";
  if (kind === "filter") return `${label(FILTER[0], options.filter)} filter`;
  if (kind === "unpool") return label(UNPOOL[0], options.way) + (["nearest", "bilinear"].includes(options.way) ? ` × ${options.scale}` : "");
  const name = label(POOL[0], options.method);
  if (options.windows === "global") return `Global ${name.toLowerCase()}`;
  return options.windows === "sliding" ? `${name} ${size(options.kernelSize)}` : `${name} to ${size(options.outputSize)}`;
}

/** What of a layer its name does not say. @param {Layer} layer */
export function detail({ kind, options }) {
  if (kind === "filter") return options.border === "zero" ? "3 × 3, zeros around" : "3 × 3, edges repeated";
  if (kind !== "pool" || options.windows !== "sliding") return options.windows === "fractional" ? `fractional, seed ${options.seed}` : "";
  const { stride, padding, dilation, ceilMode } = options;
  return [`stride ${one(stride)}`, padding !== 0 && `padding ${one(padding)}`, dilation !== 1 && `dilation ${one(dilation)}`, ceilMode && "ceil"].filter(Boolean).join(", ");
}
