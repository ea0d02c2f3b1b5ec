// Every row, by what it is about. A group is a heading of docs/benchmarks.md.
import { NETWORKS } from "./networks.mjs";
import { TRAINING } from "./training.mjs";
import { CALLS, INDICES, KERNELS } from "./small.mjs";
import { LARGE, LARGE_CALLS } from "./large.mjs";
import { MAPS } from "./maps.mjs";
import { METHODS } from "./methods.mjs";
import { PHOTOGRAPH } from "./photograph.mjs";
import { SHAPES } from "./shapes.mjs";

/** @type {Record<string, import("../harness/bench.mjs").Row[]>} */
export const GROUPS = {
  "Small windows, the kernel": KERNELS,
  "Small windows, from array to array": CALLS,
  "Large windows, the kernel": LARGE,
  "Large windows, from array to array": LARGE_CALLS,
  "Whole planes, short rows and windows apart, the kernel": MAPS,
  "Dilation, padding, one and three axes: the time for one output cell": SHAPES,
  "A photograph": PHOTOGRAPH,
  "Other methods": METHODS,
  "With indices": INDICES,
  "Networks, one sample": NETWORKS,
  "Training, one step": TRAINING,
};
