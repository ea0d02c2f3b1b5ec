// The surface of what looks inside networks, as its worker has it: answers worked by hand, and what it says to nonsense.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

const CORE = pathToFileURL(`${process.env.DEEP_END_CORE}/`);
/** @type {typeof import("../../www/lib/network/core.js")} */
let core;
/** @type {import("../../www/lib/network/core.js").Network} */
let network;

/** max over 2 × 2, a factor of 3, the numbers in a row, and a linear layer of the identity and a bias. */
function bytes() {
  const layers = [
    { name: "pool_1", type: "pool", method: "max", kernelSize: 2 },
    { name: "conv", type: "conv2d", inChannels: 1, outChannels: 1, kernelSize: 1, bias: false },
    { name: "flat", type: "flatten" },
    { name: "linear", type: "linear", inFeatures: 2, outFeatures: 2 },
  ];
  const architecture = { inputShape: [1, 2, 4], labels: ["a", "b"], preprocessing: { mean: [0], std: [1] }, layers };
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { deep_end_network: JSON.stringify({ architecture }) },
      "conv.weight": { dtype: "F32", shape: [1, 1, 1, 1], data_offsets: [0, 4] },
      "linear.weight": { dtype: "F32", shape: [2, 2], data_offsets: [4, 20] },
      "linear.bias": { dtype: "F32", shape: [2], data_offsets: [20, 28] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(Float32Array.of(3, 1, 0, 0, 1, 0, 0.5).buffer)]);
}

const X = Float32Array.of(0, 1, 0.25, 0, 0.5, 0, 0, 0.75);

before(async () => {
  core = await import(new URL("lib/network/core.js", CORE).href);
  await core.default();
  network = core.Network.fromBytes(new Uint8Array(bytes()));
});

describe("a network", () => {
  test("says what it is made of", () => {
    const plain = network.layers.map(({ name, kind, shape, parameters, multiplyAdds, pooling }) => [name, kind, shape, parameters, multiplyAdds, pooling]);
    assert.deepEqual(plain, [
      ["pool_1", "pool", [1, 1, 2], 0, 0, { kernelSize: 2, method: "max" }],
      ["conv", "conv2d", [1, 1, 2], 1, 2, null],
      ["flat", "flatten", [2], 0, 0, null],
      ["linear", "linear", [2], 6, 4, null],
    ]);
  });

  test("follows a cell back to the pixels", () => {
    const { value, explained, pixels, maps, window } = network.trace(X, 3, 1);
    assert.deepEqual([value, explained, window], [2.75, 2.25, null]);
    assert.deepEqual(pixels, Float32Array.of(0, 0, 0, 0, 0, 0, 0, 2.25));
    assert.deepEqual(maps.map(({ gradient }) => [...gradient]), [[0, 0, 0, 0, 0, 0, 0, 3], [0, 3], [0, 1], [0, 1], [0, 1]]);
    assert.deepEqual([...maps[1].contribution], [0, 2.25]);
  });

  test("shows the window of a pooled cell", () => {
    const { window } = network.trace(X, 0, 1);
    assert.deepEqual([window?.kernelSize, window?.origin, window?.step, window?.winner], [[2, 2], [0, 2], [1, 1], 7]);
    const cell = (at, value, slope) => ({ kind: "cell", at, value, slope, weight: slope });
    assert.deepEqual(window?.taps, [cell(2, 0.25, 0), cell(3, 0, 0), cell(6, 0, 0), cell(7, 0.75, 1)]);
  });

  test("takes another pooling", () => {
    const mean = network.withPooling({ method: "average" });
    assert.deepEqual([...mean.run(X).layers[0].data], [0.375, 0.25]);
    assert.deepEqual([...network.run(X).layers[0].data], [1, 0.75]);
    assert.deepEqual(mean.layers[0].pooling, { kernelSize: 2, method: "average" });
    assert.equal(mean.trace(X, 0, 0).window?.winner, null);
    assert.throws(() => network.withPooling({ method: "most" }), { parameter: 'method of layer "pool_1"' });
    assert.throws(() => network.withPooling(/** @type {any} */ (3)), { parameter: "options" });
    mean.free();
  });

  test("moves along, or not", () => {
    const { probabilities, layers } = network.movedAlong(X, [0, 0]);
    assert.deepEqual(probabilities, network.classify(X));
    assert.deepEqual(layers, [1, 1, 1, 1]);
    assert.deepEqual(network.movedAlong(X, [0, 8]).layers.slice(0, 2), [null, null]);
    assert.throws(() => network.movedAlong(X, /** @type {any} */ ([1])), { parameter: "shift" });
    assert.throws(() => network.movedAlong(X, [0.5, 0]), { parameter: "shift" });
  });
});

describe("inputs", () => {
  test("are moved, covered and given noise", () => {
    assert.deepEqual(network.disturb(X, {}), X);
    assert.deepEqual(network.disturb(X, { shift: [1, 1] }), Float32Array.of(0, 0, 1, 0.25, 0, 0, 1, 0.25));
    const covered = network.disturb(X, { patch: { place: [-1, 1], size: 2 } });
    assert.deepEqual(covered, Float32Array.of(0, 0, 0, 0, 0.5, 0, 0, 0.75));
    assert.notDeepEqual(network.disturb(X, { noise: 0.5, seed: 1 }), network.disturb(X, { noise: 0.5, seed: 2 }));
    for (const [wrong, parameter] of [[{ noise: 2 }, "noise"], [{ blur: 1 }, "blur"], [{ patch: { size: 2 } }, "place"], [{ patch: { place: [0, 0] } }, "size"], [{ shift: "up" }, "shift"]]) {
      assert.throws(() => network.disturb(X, /** @type {any} */ (wrong)), { parameter }, JSON.stringify(wrong));
    }
  });

  test("come from pictures, and become pictures", () => {
    const white = new Uint8ClampedArray(32).fill(255);
    assert.deepEqual(network.picture({ data: white, width: 4, height: 2 }), new Float32Array(8).fill(1));
    const drawn = network.draw(X);
    assert.deepEqual([drawn.width, drawn.height, ...drawn.data.subarray(4, 8)], [4, 2, 255, 255, 255, 255]);
    assert.throws(() => network.picture({ data: white, width: 3, height: 2 }), { parameter: "image.data.length" });
    assert.throws(() => network.draw(Float32Array.of(1)), { parameter: "image.length" });
  });

  test("that are none are refused", () => {
    for (const nonsense of [undefined, null, -1, 2.5, [1, 2], "x"]) {
      const call = /** @type {any} */ (nonsense);
      for (const asked of [() => network.trace(call, 0, 0), () => network.disturb(call, {}), () => network.movedAlong(call, [0, 0])]) {
        assert.throws(asked, { parameter: "image" });
      }
      assert.throws(() => network.trace(X, call, 0), { parameter: "layer" });
      assert.throws(() => network.trace(X, 0, call), { parameter: "cell" });
    }
  });
});
