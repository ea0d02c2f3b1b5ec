/** A pooling method. */
export type Method =
  | "max"
  | "min"
  | "average"
  /** The norm (Σ|x|^p)^(1/p); p is `normType`. */
  | "lp"
  /** The generalised mean (mean of max(x, 0)^p)^(1/p); p is `normType`. */
  | "gem"
  /** ln(mean of exp(r·x)) / r; r is `sharpness`. */
  | "log-sum-exp"
  /** The mean weighted by the softmax of the cells. */
  | "softpool"
  /** A cell drawn with probability x / Σx; needs a `seed`. */
  | "stochastic"
  /** The mean weighted by those probabilities. */
  | "stochastic-mean"
  /** `alpha` · max + (1 − `alpha`) · mean. */
  | "mixed"
  /** The same, its `alpha` the logistic function of the sum of cells times `weights`. */
  | "gated"
  | "median"
  /** The `rank`-th largest cell. */
  | "rank"
  /** The mean of the `k` largest cells. */
  | "top-k"
  /** Max pooling at every position, then a binomial filter of `filterSize` taps, then every stride-th position. */
  | "max-blur"
  /** The same of means. */
  | "average-blur"
  /** The window's first cell. */
  | "subsample";

/** A pooling layer. One number stands for every spatial axis; a list has one value for each, outermost first. */
export interface PoolOptions {
  method: Method;
  /** The window's size. Either this, or `outputSize`, or `global`. */
  kernelSize?: number | number[];
  /** How far the window moves. Default: `kernelSize`. */
  stride?: number | number[];
  /** Cells around the input: for all sides, for each axis, or `[before, after]` for each axis. Default: 0. */
  padding?: number | (number | [number, number])[];
  /** The distance between the window's cells. Default: 1. */
  dilation?: number | number[];
  /** Whether a last, partial window is kept. Default: false. */
  ceilMode?: boolean;
  /** Average: whether the divisor counts padding. Default: true. */
  countIncludePad?: boolean;
  /** Average: a divisor to use instead. */
  divisorOverride?: number;
  /** Lp and GeM: the power, at least 0.000001; `Infinity` is the largest magnitude. */
  normType?: number;
  /** Log-sum-exp: from the mean (towards 0) to the maximum. */
  sharpness?: number;
  /** Stochastic and fractional: a whole number; the same seed draws the same everywhere. */
  seed?: number;
  /** Mixed: the maximum's part, 0 to 1. */
  alpha?: number;
  /** Gated: a weight for each tap of the window, row-major. */
  weights?: number[];
  /** Rank: 1 is the maximum. */
  rank?: number;
  /** Top-k: how many cells. */
  k?: number;
  /** Blur: the filter's taps along each axis, 1 to 32. */
  filterSize?: number;
  /** Adaptive and fractional pooling: the output's extents, whatever the input's. */
  outputSize?: number | number[];
  /** Fractional pooling: regions whose sizes differ by one, in an order drawn from `seed`. Needs `outputSize`. */
  fractional?: "random" | "pseudorandom";
  /** Fractional pooling: whether neighbouring regions share a cell. Default: false. */
  overlapping?: boolean;
  /** Global pooling: one value for each feature map. */
  global?: boolean;
}

/** A pooling layer and the shape of the numbers given to it. */
export interface LayerOptions extends PoolOptions {
  /** N, C and one to three spatial extents. */
  shape: number[];
}

/** A pooling layer, the shape of the numbers given to it, and whether to tell their places. */
export interface ArrayPoolOptions extends LayerOptions {
  /**
   * Whether to give, for each output cell, the flat position in its plane of the cell that it is, −1 for a window without
   * cells; for the methods that pick one: max, min, stochastic, median, rank and subsample. Default: false.
   */
  returnIndices?: boolean;
}

/** Where `pool` writes its results, instead of into new arrays. */
export interface Outs<T extends Numbers> {
  /** Of x's class, with one number for each cell of the output; it may be x itself if that has as many. */
  out?: T;
  /** The same for the indices. Needs `returnIndices`. */
  outIndices?: Int32Array;
}

/** Numbers that pooling takes: `Float32Array` for every method, the others for max and min. */
export type Numbers = Float32Array | Int8Array | Uint8Array;

/** What `pool` returns. */
export interface Pooled<T extends Numbers> {
  data: T;
  shape: number[];
  /** With `returnIndices` only. */
  indices?: Int32Array;
}

/** What a layer does to one axis of an input. */
export interface AxisGeometry {
  /** The input's extent. */
  input: number;
  /** The output's extent. */
  output: number;
  /** Padding cells before and after the input. */
  padding: [number, number];
  /** By how many cells the last window hangs over the padded input's end. */
  overhang: number;
  /** Input positions that no window reads. */
  unread: number[];
  /** For each output position: the first input position it reads, and how many, `step` apart. */
  spans: { start: number; length: number }[];
  /** The distance between the positions that one window reads. */
  step: number;
}

/** What a layer does to an input of some shape. */
export interface Geometry {
  /** The output's shape. */
  shape: number[];
  /** The spatial axes, outermost first. */
  axes: AxisGeometry[];
}

/** Pools numbers laid out as N, C, spatial axes, row-major. */
export function pool<T extends Numbers>(x: T, options: ArrayPoolOptions & Outs<T>): Pooled<T>;

/** Numbers kept inside the core, laid out as N, C, spatial axes, row-major: layers run on them without a copy. */
export class FeatureMaps {
  /** Copies the numbers in; `shape` has N, C and one to three spatial extents. */
  constructor(data: Float32Array, shape: number[]);
  readonly shape: number[];
  /** The numbers where they lie, to read or to write. Good until the next call of any function of the core. */
  view(): Float32Array;
  /** A copy of the numbers, in `out` if it is given. */
  read(out?: Float32Array): Float32Array;
  /** Replaces the numbers. */
  write(data: Float32Array): void;
  /** Gives the memory back at once, instead of whenever the maps are found unused. */
  free(): void;
}

/** Values and the flat position, in its plane, of the cell that each of them is. */
export interface Picked<T> {
  data: T;
  indices: Int32Array;
}

/**
 * A layer made ready for one input shape: calls read no options, and where they are given everything that they write into,
 * they allocate nothing. `out` is what results are written into and what is then returned; its class is that of `x`. It may
 * be `x` itself if that is an array, but not if it is `FeatureMaps`.
 */
export class PoolLayer {
  constructor(options: LayerOptions);
  readonly shape: number[];
  readonly outputShape: number[];
  run(x: FeatureMaps, out?: FeatureMaps): FeatureMaps;
  run<T extends Numbers>(x: T, out?: T): T;
  /** As `returnIndices` of `pool`; the indices are in an array either way. */
  runWithIndices(x: FeatureMaps, out?: FeatureMaps, outIndices?: Int32Array): Picked<FeatureMaps>;
  runWithIndices<T extends Numbers>(x: T, out?: T, outIndices?: Int32Array): Picked<T>;
  /** Gives the memory back at once, instead of whenever the layer is found unused. */
  free(): void;
}

/** Rows of a pooled picture, from the first up to but not including the end, and the picture's rows that they are made of. */
export interface ImagePart {
  rows: [first: number, end: number];
  reads: [first: number, end: number];
}

/**
 * Pools a picture channel by channel; results are scaled so that white stays white. Alpha is averaged. With `part` the image is
 * the rows from `top` on of a picture that is `height` high, among them all that the pooled `rows` are made of, and only these
 * are made: the same, to the bit, as of the whole picture. `out` is what the pixels are written into, and the result's own then,
 * in memory that is not the image's: a new array's is touched for the first time, which takes as long as pooling.
 */
export function poolImage(image: Picture, options: PoolOptions & { out?: Uint8ClampedArray }, part?: { rows: [first: number, end: number]; top: number; height: number }): ImageData;

/**
 * A pooled picture in about `count` equal parts, which can be made one by one, in several workers or in steps: one part alone
 * where rows depend on each other, as under random methods and blurs.
 */
export function imageParts(options: PoolOptions, width: number, height: number, count: number): ImagePart[];

/** What a layer does to an input's shape, without any numbers. */
export function poolGeometry(options: ArrayPoolOptions): Geometry;
