// Networks, one picture at a time, from an array to probabilities, with the same weights in every peer.
import { random } from "../harness/data.mjs";
import { readNetwork } from "../harness/network.mjs";
import { onnxNetwork, tfjsNetwork } from "../peers/networks.mjs";

/** Probabilities; networks add up in other orders. */
const TOLERANCE = 1e-4;

/** Each network: its file, and how many times faster than each peer it is to be. */
const NETWORKS = [{ name: "digits", bytes: (/** @type {any} */ { shipped }) => shipped("digits"), atLeast: 1.7 }];

/** @type {import("../harness/bench.mjs").Row[]} */
export const NETWORK_ROWS = NETWORKS.map(({ name, bytes, atLeast }) => ({
  name,
  async setUp(setting) {
    const { core, peers: { tfjs, ort } } = setting;
    const file = await bytes(setting);
    const [ours, network] = [core.Network.fromBytes(file), readNetwork(file)];
    const x = random(network.inputShape).map(Math.abs);
    let probabilities = ours.run(x).probabilities;
    return {
      expected: probabilities,
      tolerance: TOLERANCE,
      candidates: {
        ours: { call: () => (probabilities = ours.classify(x)), result: () => probabilities, free: () => ours.free() },
        "tfjs-wasm": tfjs && tfjsNetwork(tfjs.tf, network, x),
        "ORT Web": await ort?.run(onnxNetwork(network), [1, ...network.inputShape], x),
      },
      ratios: [
        { against: "tfjs-wasm", atLeast },
        { against: "ORT Web", atLeast },
      ],
    };
  },
}));
