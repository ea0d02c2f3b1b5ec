// One step of training: forward, backward, and SGD with Nesterov's momentum, from the same weights on the same samples.
import { random } from "../harness/data.mjs";
import { architecture, model, readFile } from "../networks/models.mjs";
import { training } from "../networks/tfjs.mjs";

const BATCH = 64;
const LEARNING_RATE = 0.01;
/** So many losses are compared: TensorFlow.js's processor backend takes ten seconds for one. */
const STEPS = 2;
const ROUNDS = 5;
/** So many, each of one step, that the learning rate stays where it begins. */
const EPOCHS = 2 ** 32 - 1;

/** @type {import("../harness/bench.mjs").Row[]} */
export const TRAINING = ["digits, 1×28×28"].map((name) => ({
  name: `${name}, ${BATCH} samples`,
  async setUp({ learning, peers: { tfjs } }) {
    const network = model(name);
    const pixels = Uint8Array.from(random([BATCH, ...network.inputShape], 7), (value) => 255 * Math.abs(value));
    const labels = Uint8Array.from({ length: BATCH }, (_, at) => at % network.outputs);
    const options = { architecture: architecture(network), epochs: EPOCHS, batchSize: BATCH, learningRate: LEARNING_RATE, warmUp: 0, weightDecay: 0 };
    const ours = new learning.Training(options, { pixels, labels });
    const file = ours.file();
    const losses = Array.from({ length: STEPS }, () => ours.step().loss);
    return {
      rounds: ROUNDS,
      expected: losses,
      tolerance: 1e-4,
      candidates: {
        ours: { call: () => ours.step().loss, free: () => ours.free() },
        "tfjs-cpu": await tfjs?.onProcessor((/** @type {any} */ tf) => training(tf, readFile(network, file), { pixels, labels, learningRate: LEARNING_RATE })),
      },
      ratios: [{ against: "tfjs-cpu", atLeast: 20 }],
    };
  },
}));
