/** Numbers given to a question: an array, or maps kept inside the core, whose shape must then be the layer's. */
export type Cells = Float32Array | FeatureMaps;

/** Numbers, row-major, and their shape. */
export interface Shaped {
  data: Float32Array;
  shape: number[];
}

/** Which cell of which plane. */
export interface Which {
  /** The image and the channel. Default: [0, 0]. */
  plane?: [n: number, c: number];
  /** A position on each spatial axis, outermost first: for a picture [row, column]. */
  cell: number[];
}

/** What one tap of a window falls on: a cell of the input, padding, or nothing, where the window hangs over its end. */
export type Tap = { kind: "padding" } | { kind: "overhang" } | TapOnCell;

export interface TapOnCell {
  kind: "cell";
  position: number[];
  value: number;
  /** By how much the output changes with it, ∂y/∂x. */
  slope: number;
  /** Its part in the mean that the output is, where the method has one (SoftPool, stochastic pooling); else the slope. */
  weight: number;
  wins: boolean;
}

/** What an output cell is made of. */
export interface Explained {
  value: number;
  /** Its arithmetic with the numbers put in: `max(3, 1, 4, 1) = 4`. */
  formula: string;
  /** The window's extents in taps. */
  kernelSize: number[];
  /** Where its first tap lies on each axis, in input cells; below 0 in the padding. */
  origin: number[];
  /** The distance between two taps on each axis, in input cells. */
  step: number[];
  /** How many taps the window has: `taps` lists the first `mostTaps`, row-major. */
  count: number;
  taps: Tap[];
  /** Cells beyond the window that the output changes with too: under blur pooling. */
  further: Tap[];
  /** The position of the cell that was picked; null for methods that pick none and for windows without cells. */
  winner: number[] | null;
  /** The positions of the window's cells that equal the winner, itself among them. */
  ties: number[][];
}

/** An output cell that reads an input cell. */
export interface Reader {
  position: number[];
  value: number;
  slope: number;
  weight: number;
  wins: boolean;
}

/** How many windows read each cell of a plane. */
export interface Coverage {
  shape: number[];
  counts: Uint32Array;
  /** Cells that no window reads, that one reads, that several read. */
  unread: number;
  once: number;
  repeatedly: number;
}

/** How the sum of gradient · output changes with an input cell. */
export interface MeasuredSlope {
  /** What the backward pass gives. */
  slope: number;
  /** Difference quotients to either side, and over both. */
  below: number;
  above: number;
  measured: number;
  /** How far the cell was moved. */
  step: number;
  /** Whether the two sides differ as at a kink or a jump: where cells tie for a maximum, for one. */
  kink: boolean;
}

/** A framework, or Rust with this crate. */
export type DialectName = "PyTorch" | "ONNX" | "Keras" | "Flax";

/** A layer's line in a framework's words, or why there is none. */
export type DialectLine = { dialect: DialectName | "Rust"; source: string; refusal?: undefined } | { dialect: DialectName | "Rust"; refusal: string; source?: undefined };

/** What would be different if a line's parameters were carried over to another framework word by word. */
export interface DialectDifferences {
  /** The spatial extents of both outputs. */
  shapes: [number[], number[]];
  /** How many output cells differ whatever the values: `cells` lists the first `most` of them. */
  count: number;
  cells: { position: number[]; reason: string }[];
  /** Why other cells may differ, for some values. */
  byValue: string[];
}

export interface Statistics {
  /** How many cells are finite; the others are left out of what follows. */
  finite: number;
  others: number;
  min: number;
  max: number;
  mean: number;
  /** The sum of squares. */
  energy: number;
  /** With an original: the peak signal-to-noise ratio in decibels, its range as the peak; and the part of its energy. */
  psnr?: number;
  energyKept?: number;
}

export type PatternName = "checkerboard" | "impulse" | "ramp" | "noise" | "sine" | "zone-plate";

/** What an output cell is made of: its window tap by tap, each cell's share, the arithmetic in one line. */
export function explain(x: Cells, layer: LayerOptions, which: Which & { mostTaps?: number; mostTerms?: number }): Explained;

/** The output cells that read an input cell, row-major. */
export function readers(x: Cells, layer: LayerOptions, which: Which): Reader[];

/** How often a layer reads each cell of a plane. */
export function coverage(layer: LayerOptions): Coverage;

/** The gradient by x of a loss whose gradient by the layer's output is `gradOutput`. */
export function poolBackward(x: Cells, gradOutput: Float32Array, layer: LayerOptions): Shaped;

/** Moves an input cell a little and measures what `poolBackward` computes. */
export function measureSlope(x: Cells, gradOutput: Float32Array, layer: LayerOptions, which: Which): MeasuredSlope;

/** Reads a layer from a line of PyTorch, ONNX, Keras or Flax, for inputs of this shape (N, C, spatial…). */
export function readDialect(line: string, shape: number[]): { dialect: DialectName; options: PoolOptions };

/** The layer in every framework's words, exact for inputs of its shape. */
export function writeDialects(layer: LayerOptions): DialectLine[];

/** Where a line means something else when its parameters are carried over to another framework. */
export function dialectDifferences(line: string, how: { dialect: DialectName; shape: number[]; most?: number }): DialectDifferences;

/** Lays a square kernel with an odd side over every cell of every plane, shaped (N, C, height, width). Default border: "edge". */
export function filter(x: Cells, how: { shape: number[]; kernel: number[]; border?: "zero" | "edge" }): Shaped;

/** The larger of each cell and 0. */
export function relu(x: Cells, how: { shape: number[] }): Shaped;

/**
 * A small map back at the size of a larger one: each value to the cell it came from (`max`, by `indices` of `pool`), to all cells
 * of its window (`average`, by the pooling layer's geometry), or resampled.
 */
export function unpool(
  y: Float32Array,
  how: { shape: number[]; outputSize: number[] } & (
    | { way: "max"; indices: Int32Array }
    | { way: "average"; layer: PoolOptions }
    | { way: "nearest" }
    | { way: "bilinear"; alignCorners?: boolean }
  ),
): Shaped;

/** A test pattern of one plane, values from 0 to 1. `frequency`, default 1: how many periods a row has. */
export function pattern(how: { name: PatternName; height: number; width: number; frequency?: number; seed?: number }): Shaped;

/** A map in a few numbers; with the original that it should be like, how near it comes. */
export function statistics(a: Float32Array, original?: Float32Array): Statistics;

/** Each cell of `a` minus that of `b`. */
export function difference(a: Float32Array, b: Float32Array): Float32Array;

/**
 * How far a layer is from moving along with the map, when the map moves around its ends by `shift` cells on each axis: 0 is
 * exactly along, 1 a difference as large as the output itself.
 */
export function shiftChange(x: Cells, layer: LayerOptions, how: { plane?: [n: number, c: number]; shift: number[] }): number;

/** Reads NumPy's .npy file, its numbers as f32. */
export function readNpy(bytes: Uint8Array): Shaped;

/** The .npy file of an array, f32. */
export function writeNpy(data: Float32Array, shape: number[]): Uint8Array;

/** Writes an animated GIF, which repeats for ever. */
export class GifWriter {
  constructor(width: number, height: number);
  /** Adds a picture that stays for so long. */
  add(image: Picture, milliseconds: number): void;
  /** The file; nothing can be added afterwards. */
  finish(): Uint8Array;
  free(): void;
}
