// Networks, one sample at a time, from an array to probabilities.
import { random, size } from "../harness/data.mjs";
import { define } from "../networks/definition.mjs";
import { model, NAMES, networkFile } from "../networks/models.mjs";
import { onnxFile } from "../networks/onnx.mjs";
import { inference } from "../networks/tfjs.mjs";

/** How much faster than either peer. */
const TARGETS = [1.7, 1.4, 1.25];

/** Of probabilities: each runtime adds in its own order. */
const TOLERANCE = 1e-5;

/** @type {import("../harness/bench.mjs").Row[]} */
export const NETWORKS = NAMES.map((name, at) => ({
  name,
  async setUp({ networks, peers: { tfjs, ort } }) {
    const network = model(name);
    const sample = random(network.inputShape, 7).map((value) => (value + 1) / 2);
    const [ours, out] = [networks.Network.fromBytes(networkFile(network)), { y: new Float32Array(size([network.outputs])) }];
    return {
      expected: define(network, sample),
      tolerance: TOLERANCE,
      candidates: {
        ours: { call: () => (out.y = ours.classify(sample)), result: () => out.y, free: () => ours.free() },
        "tfjs-wasm": tfjs && inference(tfjs.tf, network, sample),
        "ORT Web": await ort?.run(onnxFile(network), [1, ...network.inputShape], sample),
      },
      ratios: [
        { against: "tfjs-wasm", atLeast: TARGETS[at] },
        { against: "ORT Web", atLeast: TARGETS[at] },
      ],
    };
  },
}));
