// The networks and the poolings that the page offers. A network file that is added to `networks/` gets an entry here.

/**
 * @typedef {object} Known
 * @property {string} id
 * @property {string} title
 * @property {"digit" | "picture"} takes  a drawn digit (28 × 28, grey), or a part of a photograph (32 × 32, in colour)
 * @property {string} first  the pooling whose weights it opens with
 * @property {Readonly<Record<string, string>>} trained  by pooling, the file of the weights trained for it
 * @property {Uint8Array} [bytes]  the file itself, of a network that the visitor opened
 */

/** Everything but max, whose file reads digits on the first page too, was trained for fewer epochs: `networks/README.md`. */
const DIGITS = ["average", "lp", "stochastic", "fractional", "blur", "mixed", "strided", "none"].map((pooling) => [pooling, `digits-${pooling}.safetensors`]);

/** The `id` of the network that the visitor opened. */
export const OWN = "own";
/** @type {Known | null} */
let opened = null;

/** Offers a network that was opened, in place of one opened before. @param {Known} known */
export function offer(known) {
  opened = known;
}

/** @type {readonly Known[]} */
export const NETWORKS = [
  { id: "digits", title: "Digits", takes: "digit", first: "max", trained: { max: "digits.safetensors", ...Object.fromEntries(DIGITS) } },
  { id: "objects", title: "Objects in photographs", takes: "picture", first: "max", trained: { max: "objects-max.safetensors", average: "objects-average.safetensors", blur: "objects-blur.safetensors" } },
];

/**
 * @typedef {object} PoolingChoice
 * @property {string} id
 * @property {string} title
 * @property {Readonly<Record<string, unknown>> | null} method  as the core takes it; null where other weights are needed: it has no rule of its own
 * @property {string} keeps  what it does with a window
 */

/** @type {readonly PoolingChoice[]} */
export const POOLINGS = [
  { id: "max", title: "Max", method: { method: "max" }, keeps: "keeps the largest value of each window" },
  { id: "average", title: "Average", method: { method: "average" }, keeps: "takes the mean of each window" },
  { id: "lp", title: "L2", method: { method: "lp", normType: 2 }, keeps: "takes the square root of the sum of squares" },
  { id: "stochastic", title: "Stochastic mean", method: { method: "stochastic-mean" }, keeps: "weighs each value by its share in the window’s sum" },
  { id: "mixed", title: "Mixed max and average", method: { method: "mixed", alpha: 0.5 }, keeps: "takes the mean of the largest value and the average" },
  { id: "blur", title: "Blurred max", method: { method: "max-blur", filterSize: 3 }, keeps: "takes maxima at every place and blurs them before it thins them out" },
  { id: "softpool", title: "SoftPool", method: { method: "softpool" }, keeps: "weighs each value by its exponential" },
  { id: "median", title: "Median", method: { method: "median" }, keeps: "keeps the value in the middle" },
  { id: "min", title: "Min", method: { method: "min" }, keeps: "keeps the smallest value" },
  { id: "subsample", title: "Subsampling", method: { method: "subsample" }, keeps: "keeps the first value of each window, whatever it is" },
  { id: "fractional", title: "Fractional max", method: null, keeps: "keeps the largest value of regions of uneven size" },
  { id: "strided", title: "Strided convolution", method: null, keeps: "has a convolution with stride 2 in place of pooling" },
  { id: "file", title: "The file’s own pooling", method: null, keeps: "is whatever its layers say" },
  { id: "none", title: "No pooling", method: null, keeps: "has convolutions with ever wider gaps in place of pooling" },
];

/** @param {string} id */
export const networkOf = (id) => (id === OWN && opened) || (NETWORKS.find((network) => network.id === id) ?? NETWORKS[0]);

/** @param {string} id */
export const poolingOf = (id) => POOLINGS.find((pooling) => pooling.id === id) ?? POOLINGS[0];

/** A pooling's name in a sentence: `Max pooling`, `SoftPool`. @param {PoolingChoice} pooling */
export const nameOf = ({ title }) => (/pool|sampling|convolution/i.test(title) ? title : `${title} pooling`);

/** The poolings that a network can have: by other rules with its weights, or with weights of its own. @param {Known} network */
export const offered = ({ trained }) => POOLINGS.filter(({ id, method }) => method || id in trained);

/**
 * A network with a pooling: its file, and the rule to put into it, if that is another than it was trained with.
 * @param {Known} network
 * @param {import("./state.js").Column} column
 */
export function resolve({ first, trained }, { pooling, weights }) {
  const { method } = poolingOf(pooling);
  const own = pooling in trained && (weights === "own" || !method || pooling === first);
  return own ? { file: trained[pooling], swap: null, own } : { file: trained[first], swap: method, own };
}
