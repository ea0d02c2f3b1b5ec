/** A layer of a network, and what it costs. */
export interface LayerPlan {
  /** The layer's name in the network. */
  name: string;
  /** What kind of layer it is: `"conv2d"`, `"relu"`, `"pool"`, `"flatten"`, `"linear"`. */
  kind: string;
  /** Channels, height and width of its output, or just the number of features. */
  shape: number[];
  /** How many numbers were learned. */
  parameters: number;
  /** Multiplications, each with an addition, for one input. */
  multiplyAdds: number;
  /** A pooling layer's method and window, as the network's file has them. */
  pooling: PoolingOptions | null;
}

/** A pooling method with its parameters, such as `{ method: "lp", normType: 2 }`. */
export interface PoolingOptions {
  method?: string;
  [parameter: string]: unknown;
}

/** What is done to an input, in this order. */
export interface Disturbance {
  /** Moves it so many pixels down and to the right; what comes in at an edge is the edge's own cell. */
  shift?: [number, number];
  /** Adds to every value a number drawn evenly from −noise to noise; what leaves 0 to 1 is cut off. */
  noise?: number;
  /** What the noise follows from. */
  seed?: number;
  /** Covers a square from this row and column on, in the colour that the network reads as 0. */
  patch?: { place: [number, number]; size: number } | null;
}

/** What a window's tap falls on: a cell of the layer's input (its flat place in its map, its value, the slope of the output by it, and its part in the mean that the output is), padding, or nothing. */
export type WindowTap = { kind: "cell"; at: number; value: number; slope: number; weight: number } | { kind: "padding" | "beyond" };

/** The window of one cell of a pooling layer. */
export interface PoolingWindow {
  kernelSize: number[];
  /** Row and column of the first tap; below 0 in the padding. */
  origin: number[];
  /** Cells from one tap to the next on each axis. */
  step: number[];
  /** The flat place of the cell that won, for a method that picks one. */
  winner: number | null;
  /** Row by row. */
  taps: WindowTap[];
  /** Cells beyond the window that count too: under blur pooling. */
  further: WindowTap[];
}

/** The way back from one cell to the pixels. */
export interface Trace {
  /** The cell's value. */
  value: number;
  /** What the pixels contribute all together; what is missing to the value comes from biases. */
  explained: number;
  /** What each pixel contributes, all channels added up, row by row: its value times the cell's slope by it. */
  pixels: Float32Array;
  /** The input as the first layer reads it and every layer up to the cell's: the cell's slope by each value, and slope times value. */
  maps: { gradient: Float32Array; contribution: Float32Array }[];
  /** The window, where the layer pools. */
  window: PoolingWindow | null;
}

/** A word of a sentence, and what became of it. */
export interface ReadWord {
  /** Where it is written: `text.slice(start, end)`. */
  start: number;
  end: number;
  /** Whether the network has a row of numbers for it. All words that it lacks share one. */
  known: boolean;
  /** Its place among those that the network reads; null beyond the last. */
  place: number | null;
  /** What it adds to each label's logit: its numbers times the logit's slope by them. */
  contributions: Float32Array;
}

/** What one filter of the convolution found in a sentence. */
export interface Evidence {
  filter: number;
  /** Its answer at every place, after the ReLU. */
  cells: Float32Array;
  /** Where that is largest; the first of equal ones. */
  place: number;
  /** The words under its window there: from the first up to, but not including, the second. */
  words: [number, number];
  /** What pooling over time made of the cells. */
  value: number;
  /** What it adds to each label's logit: the value times its weight in the linear layer. */
  contributions: Float32Array;
}

/** A sentence as a network reads it. For each label, `rest` and its words' contributions add up to its logit. */
export interface SentenceReading {
  probabilities: Float32Array;
  logits: Float32Array;
  /** What of each logit no word gave: biases, and the empty places. */
  rest: Float32Array;
  words: ReadWord[];
  filters: Evidence[];
}

/** What looks inside a network. */
export interface Network {
  /** The layers, first to last. */
  readonly layers: LayerPlan[];
  /** Where its file says that it comes from: the command that made it, and the data it was trained on; null where it does not say. */
  readonly origin: { command: string; data: string } | null;
  /** The same weights with another method in every pooling layer but those over whole maps; the windows stay. */
  withPooling(options: PoolingOptions): Network;
  /** The same weights with another method in those pooling layers that reduce a whole map: in a network for sentences, over time. */
  withGlobalPooling(options: PoolingOptions): Network;
  /**
   * A sentence as a network for sentences reads it, `lead` empty places before its first word (by default none). Refused: a
   * text without a word or of more than 10,000 bytes of UTF-8, a `lead` that leaves no place, a network for something else.
   */
  readSentence(text: string, options?: { lead?: number }): SentenceReading;
  /** A picture as this network's input: each cell the mean of what it covers, in grey for one channel, in colour for three. */
  picture(image: Picture): Float32Array;
  /** An input as a picture of its size: three channels as colour, else the first as grey. */
  draw(image: Float32Array): ImageData;
  /** An input, moved, with noise, partly covered. */
  disturb(image: Float32Array, disturbance: Disturbance): Float32Array;
  /** Follows a cell (flat in the output of layer number `layer`) back to the pixels. */
  trace(image: Float32Array, layer: number, cell: number): Trace;
  /** Moves an input down and to the right: the probabilities then, and for each layer how much of it moved along, from 0 to 1; null where nothing is left to compare. */
  movedAlong(image: Float32Array, shift: [number, number]): { probabilities: Float32Array; layers: (number | null)[] };
}
