// Whatever a page hands in, a function answers or throws an error that names the parameter; nothing else may happen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import init, { colorize, colorMap, FeatureMaps, imageParts, pool, poolGeometry, poolImage, PoolLayer } from "deep-end";
import initNetworks, { Network, prepareDigit } from "deep-end/networks";

await Promise.all([init(), initNetworks()]);

const itself = { shape: [1, 1, 2, 2], method: "max", kernelSize: 1 };
itself.kernelSize = itself;
const NONSENSE = [
  undefined, null, true, -1, 2.5, NaN, Infinity, 2 ** 53, "2", "", 5n, Symbol("a"), () => 1, {}, [], [[]], new Date(0), new Float64Array(4),
  Object.create(null), itself, { length: 1e9 }, { data: new Uint8ClampedArray(4), width: 9, height: 9 }, { data: [0], width: 1, height: 1 },
];
const values = new Float32Array(4);
const layer = { shape: [1, 1, 2, 2], method: "max", kernelSize: 1 };
const ready = new PoolLayer(layer);
const maps = new FeatureMaps(values, layer.shape);
const picture = { data: new Uint8ClampedArray(16), width: 2, height: 2 };
const network = Network.fromBytes(readFileSync(new URL(import.meta.resolve("deep-end/networks/digits.safetensors"))));

/** Each takes one thing that is not what it should be, in one place. */
const PLACES = {
  "pool, the numbers": (odd) => pool(odd, layer),
  "pool, the options": (odd) => pool(values, odd),
  ...Object.fromEntries(
    ["shape", "method", "kernelSize", "stride", "padding", "dilation", "ceilMode", "countIncludePad", "divisorOverride", "normType", "sharpness", "seed", "alpha", "weights", "rank", "k", "filterSize", "outputSize", "fractional", "overlapping", "global", "returnIndices"].map(
      (name) => [`pool, ${name}`, (odd) => pool(values, { ...layer, [name]: odd })],
    ),
  ),
  "pool, out": (odd) => pool(values, { ...layer, out: odd }),
  "pool, outIndices": (odd) => pool(values, { ...layer, returnIndices: true, outIndices: odd }),
  "PoolLayer": (odd) => new PoolLayer(odd),
  "PoolLayer.run": (odd) => ready.run(odd),
  "PoolLayer.run, out": (odd) => ready.run(values, odd),
  "PoolLayer.run, out for maps": (odd) => ready.run(maps, odd),
  "PoolLayer.runWithIndices, outIndices": (odd) => ready.runWithIndices(maps, undefined, odd),
  "FeatureMaps, the numbers": (odd) => new FeatureMaps(odd, layer.shape),
  "FeatureMaps, the shape": (odd) => new FeatureMaps(values, odd),
  "FeatureMaps.write": (odd) => maps.write(odd),
  "FeatureMaps.read, out": (odd) => maps.read(odd),
  "poolGeometry": (odd) => poolGeometry(odd),
  "poolImage, the picture": (odd) => poolImage(odd, { method: "max", kernelSize: 1 }),
  "poolImage, the options": (odd) => poolImage(picture, odd),
  "poolImage, out": (odd) => poolImage(picture, { method: "max", kernelSize: 1, out: odd }),
  "poolImage, the part": (odd) => poolImage(picture, { method: "max", kernelSize: 1 }, odd),
  ...Object.fromEntries(
    ["rows", "top", "height"].map((name) => [
      `poolImage, ${name}`,
      (odd) => poolImage(picture, { method: "max", kernelSize: 1 }, { rows: [0, 2], top: 0, height: 2, [name]: odd }),
    ]),
  ),
  "imageParts, the options": (odd) => imageParts(odd, 2, 2, 2),
  "imageParts, the width": (odd) => imageParts({ method: "max", kernelSize: 1 }, odd, 2, 2),
  "imageParts, the height": (odd) => imageParts({ method: "max", kernelSize: 1 }, 2, odd, 2),
  "imageParts, the count": (odd) => imageParts({ method: "max", kernelSize: 1 }, 2, 2, odd),
  "colorize, the numbers": (odd) => colorize(odd, 2, 2),
  "colorize, the width": (odd) => colorize(values, odd, 2),
  "colorize, the height": (odd) => colorize(values, 2, odd),
  "colorize, the options": (odd) => colorize(values, 2, 2, odd),
  "colorMap": (odd) => colorMap(odd),
  "prepareDigit": (odd) => prepareDigit(odd),
  "Network.fromBytes": (odd) => Network.fromBytes(odd),
  "Network.run": (odd) => network.run(odd),
};

for (const [place, call] of Object.entries(PLACES)) {
  test(`${place}: nonsense is refused by name`, () => {
    let refused = 0;
    for (const odd of NONSENSE) {
      try {
        call(odd);
      } catch (error) {
        assert.equal(error.constructor, Error, `${String(error)} for ${typeof odd}`);
        assert.ok(error.parameter, `${error.message} names no parameter`);
        refused += 1;
      }
    }
    assert.ok(refused > NONSENSE.length / 2, `${refused} of ${NONSENSE.length} refused`);
    assert.deepEqual(pool(new Float32Array([1, 2, 3, 4]), { ...layer, kernelSize: 2 }).data, new Float32Array([4]), "the core still works");
    assert.deepEqual(prepareDigit(picture), new Float32Array(28 * 28), "so do the networks");
  });
}
