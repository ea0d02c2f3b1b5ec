/** Labelled pictures, one after the other: row-major, a byte a cell. */
export interface Pictures {
  readonly pixels: Uint8Array;
  /** The class of each. */
  readonly labels: Uint8Array;
}

/** What makes the maps of a digits network smaller: a pooling, a convolution with stride 2, or nothing. */
export type DigitsPooling = "max" | "average" | "lp" | "stochastic" | "fractional" | "blur" | "mixed" | "strided" | "none";

/** What is trained, and how: stochastic gradient descent with Nesterov's momentum of 0.9, at a rate that rises and falls once over the whole run. */
export interface TrainingOptions {
  /** Trains the digits network with this pooling. */
  pooling?: DigitsPooling;
  /** Trains this network instead, described as in a network file. */
  architecture?: object;
  /** How often every picture is seen. */
  epochs: number;
  /** What everything random follows from: first weights, and the pictures' order. 1 by default. */
  seed?: number;
  /** Pictures in a step; 32 by default. */
  batchSize?: number;
  /** The highest learning rate; 0.1 by default. */
  learningRate?: number;
  /** The part of the steps on the way up to it; 0.25 by default. */
  warmUp?: number;
  /** How much of each weight is added to its gradient; 0.0005 by default. */
  weightDecay?: number;
}

/** Where a run stands after a step. */
export interface Progress {
  /** Counted from 0. */
  epoch: number;
  /** Steps done in this epoch, and all of them. */
  step: number;
  steps: number;
  /** The part of the whole run that is done, from 0 to 1. */
  done: number;
  /** Means over this epoch so far, each step's before it learned. */
  loss: number;
  accuracy: number;
}

/** How well a network does on pictures. */
export interface Score {
  /** The share of right answers, from 0 to 1. */
  accuracy: number;
  /** The mean of −log of the right answer's probability. */
  loss: number;
}

/** A training run. The same options and pictures give the same weights, to the last bit, on every machine. */
export class Training {
  constructor(options: TrainingOptions, pictures: Pictures);
  /** Learns from the next batch; null when the run is complete. */
  step(): Progress | null;
  /** How well the network does as it is now. */
  score(pictures: Pictures): Score;
  /** The network as it is now, as a file that `Network.fromBytes` reads; batch norms are folded into convolutions. It says how it was trained, on how many pictures, and what these are, where `data` says so. */
  file(data?: string): Uint8Array;
  /** Gives the run's memory back at once, instead of whenever it is found unused. */
  free(): void;
}
