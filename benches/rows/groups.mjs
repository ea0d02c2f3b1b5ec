// Every row, by what it is about. A group is a heading of docs/benchmarks.md.
import { NETWORKS } from "./networks.mjs";
import { TRAINING } from "./training.mjs";
import { CALLS, INDICES, KERNELS } from "./small.mjs";

/** @type {Record<string, import("../harness/bench.mjs").Row[]>} */
export const GROUPS = {
  "Small windows, the kernel": KERNELS,
  "Small windows, from array to array": CALLS,
  "With indices": INDICES,
  "Networks, one sample": NETWORKS,
  "Training, one step": TRAINING,
};
