/** What one layer of a network gave for one input. */
export interface Layer {
  /** The layer's name in the network. */
  name: string;
  /** What kind of layer it is: `"conv2d"`, `"relu"`, `"pool"`, `"flatten"`, `"linear"`. */
  kind: string;
  /** Channels, height and width, or just the number of features. */
  shape: number[];
  data: Float32Array;
}

/** What a network made of one input. */
export interface Run {
  /** One for each label; they add up to 1. */
  probabilities: Float32Array;
  /** Every layer's output, in order. */
  layers: Layer[];
}

/** A network with its weights. The same input gives the same bits on every machine. */
export class Network {
  private constructor();
  /** Starts this module, fetches a network file (safetensors, the architecture in its metadata) and reads it. */
  static load(url: string | URL): Promise<Network>;
  /** Reads the bytes of a network file. */
  static fromBytes(bytes: Uint8Array): Network;
  /** Channels, height and width of an input. */
  readonly inputShape: number[];
  /** What the outputs stand for. */
  readonly labels: string[];
  /** Runs the network on one input, row-major, values from 0 to 1. */
  run(image: Float32Array): Run;
  /** The same probabilities without the layers' outputs, in a fraction of the time. */
  classify(image: Float32Array): Float32Array;
  /** Gives the network's memory back at once, instead of whenever it is found unused. */
  free(): void;
}

/**
 * A drawing as MNIST's digits were prepared: its ink fitted into 20 × 20 and centred by mass in 28 × 28, values from 0
 * to 1. All zeros where nothing is drawn.
 */
export function prepareDigit(image: Picture): Float32Array;
