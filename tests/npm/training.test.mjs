// Training in WebAssembly: the same bits as natively (tests/network/repeatable.rs), files that are networks, and refusals.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import initNetworks, { Network } from "deep-end/networks";
import init, { Training } from "deep-end/training";

const json = async (/** @type {string} */ name) => JSON.parse(await readFile(new URL(name, import.meta.url), "utf8"));
const { examples } = await json("./digits-examples.json");
const golden = await json("./training.json");
const pictures = { pixels: Uint8Array.from(examples.flatMap(({ pixels }) => pixels)), labels: Uint8Array.from(examples, (_, at) => at) };
const OPTIONS = { seed: 5, epochs: 3, batchSize: 4, learningRate: 0.1 };

before(() => Promise.all([init(), initNetworks()]));

for (const [pooling, run] of Object.entries(golden)) {
  test(`${pooling} trains to the bits that it has natively`, () => {
    const training = new Training({ ...OPTIONS, pooling }, pictures);
    const losses = [];
    for (let progress = training.step(); progress; progress = training.step()) losses.push(progress.loss);
    assert.deepEqual(losses, run.losses);
    assert.deepEqual(training.score(pictures), run.score);
    training.free();
  });
}

test("a step says where the run stands", () => {
  const training = new Training({ ...OPTIONS, pooling: "max" }, pictures);
  const { loss, ...first } = training.step();
  assert.ok(loss > 1 && loss < 10);
  assert.deepEqual(first, { epoch: 0, step: 1, steps: 3, done: 1 / 9, accuracy: first.accuracy });
  training.free();
});

test("the file is the network that was scored", () => {
  const training = new Training({ pooling: "average", epochs: 40, batchSize: 5 }, pictures);
  while (training.step());
  const file = training.file("digits by hand");
  const network = Network.fromBytes(file);
  // What it was trained on is in the file, in its words.
  assert.match(Buffer.from(file).toString("latin1"), /digits by hand, 10 pictures/);
  assert.match(Buffer.from(training.file()).toString("latin1"), /"data\\": \\"10 pictures|"data\\":\\"10 pictures/);
  assert.throws(() => training.file(/** @type {any} */ (3)), { parameter: "data" });
  let loss = 0;
  for (const [at, { pixels }] of examples.entries()) loss -= Math.log(network.classify(Float32Array.from(pixels, (value) => value / 255))[at]);
  const score = training.score(pictures);
  assert.equal(score.accuracy, 1);
  assert.ok(Math.abs(loss / 10 - score.loss) < 1e-9);
});

test("what cannot be trained is an error that names it", () => {
  const refused = (options, data, parameter) => assert.throws(() => new Training(options, data), { parameter });
  const good = { ...OPTIONS, pooling: "max" };
  for (const bad of [null, 3, "max", [], () => 0]) refused(bad, pictures, "options");
  refused({ ...good, pooling: "biggest" }, pictures, "pooling");
  refused({ ...good, pooling: undefined }, pictures, "pooling");
  refused({ ...good, architecture: {} }, pictures, "pooling");
  refused({ ...good, epochs: undefined }, pictures, "epochs");
  refused({ ...good, epochs: 0 }, pictures, "epochs");
  refused({ ...good, epochs: 1.5 }, pictures, "epochs");
  refused({ ...good, batchSize: 0 }, pictures, "batchSize");
  refused({ ...good, learningRate: -1 }, pictures, "learningRate");
  refused({ ...good, warmUp: 1 }, pictures, "warmUp");
  refused({ ...good, weightDecay: NaN }, pictures, "weightDecay");
  refused({ ...good, rate: 1 }, pictures, "rate");
  refused(good, null, "pictures");
  refused(good, {}, "pictures.pixels");
  refused(good, { ...pictures, labels: [1] }, "pictures.labels");
  refused(good, { ...pictures, labels: pictures.labels.slice(1) }, "pictures.pixels.length");
  const nothing = new Training(good, { pixels: new Uint8Array(), labels: new Uint8Array() });
  assert.throws(() => nothing.step(), { parameter: "number of samples" });
  const stranger = new Training(good, { ...pictures, labels: pictures.labels.map(() => 10) });
  assert.throws(() => stranger.step(), { parameter: "target" });
  const fast = new Training({ ...good, learningRate: 1e30, epochs: 100 }, pictures);
  assert.throws(() => { while (fast.step()); }, { parameter: "learningRate" });
});
