// Files in and out of the playground's core, and what it says to nonsense.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

const CORE = pathToFileURL(`${process.env.DEEP_END_CORE}/`);
/** @type {typeof import("../../www/lib/playground/core.js")} */
let core;

before(async () => {
  core = await import(new URL("lib/playground/core.js", CORE).href);
  await core.default();
});

const X = Float32Array.of(1, 5, 5, 2, -3, 0, 4, 4, 9, 1, 1, 7);
const SHAPE = [1, 1, 3, 4];

describe("files", () => {
  test("npy comes back", () => {
    const file = core.writeNpy(X, [3, 4]);
    assert.deepEqual(core.readNpy(file), { data: X, shape: [3, 4] });
    assert.equal(String.fromCharCode(...file.subarray(1, 6)), "NUMPY");
    assert.throws(() => core.writeNpy(X, [3, 5]), { parameter: "data.length" });
    assert.throws(() => core.readNpy(file.subarray(0, 90)), { kind: "format" });
  });

  test("an animated GIF has its pictures", () => {
    const writer = new core.GifWriter(2, 1);
    const picture = (...data) => ({ data: Uint8ClampedArray.from(data), width: 2, height: 1 });
    writer.add(picture(255, 0, 0, 255, 0, 0, 0, 255), 200);
    writer.add(picture(0, 255, 0, 255, 0, 0, 0, 255), 200);
    const file = writer.finish();
    assert.equal(String.fromCharCode(...file.subarray(0, 6)), "GIF89a");
    assert.equal(file.at(-1), 0x3b);
    // Two graphic control extensions, with a delay of 20 hundredths.
    const controls = [...file.keys()].filter((at) => file[at] === 0x21 && file[at + 1] === 0xf9 && file[at + 2] === 4);
    assert.deepEqual(controls.map((at) => file[at + 4]), [20, 20]);
    assert.throws(() => writer.add(picture(0, 0, 0, 0, 0, 0, 0, 0), 1), { parameter: "GifWriter" });
    assert.throws(() => new core.GifWriter(0, 1), { parameter: "width" });
  });
});

describe("nonsense", () => {
  test("is an error that names the parameter, never a trap", () => {
    const layer = { shape: SHAPE, method: "max", kernelSize: 2 };
    const refused = (call, parameter) => assert.throws(call, (error) => error.parameter === parameter && ["parameter", "shape"].includes(error.kind));
    refused(() => core.explain([1], layer, { cell: [0, 0] }), "x");
    refused(() => core.explain(X.subarray(1), layer, { cell: [0, 0] }), "x.length");
    refused(() => core.explain(X, layer, { cell: [9, 0] }), "output");
    refused(() => core.explain(X, layer, {}), "cell");
    refused(() => core.explain(X, layer, { cell: [0, 0], plane: [0, 1] }), "plane");
    refused(() => core.explain(X, layer, { cell: [0, 0], most: 1 }), "most");
    refused(() => core.explain(X, { ...layer, global: true, kernelSize: undefined, shape: [12] }, { cell: [0] }), "shape");
    refused(() => core.readers(X, layer, { cell: [0, 0, 0] }), "input");
    refused(() => core.coverage({ ...layer, shape: [1, 1, 1, 1] }), "kernelSize");
    refused(() => core.poolBackward(X, X, layer), "gradOutput.length");
    refused(() => core.measureSlope(Float32Array.of(NaN, 1), Float32Array.of(1), { shape: [1, 1, 2], method: "max", kernelSize: 2 }, { cell: [0] }), "input");
    refused(() => core.readDialect(7, SHAPE), "line");
    refused(() => core.readDialect("nn.MaxPool2d(2)", [1, 1]), "shape");
    refused(() => core.unpool(X, { way: "nearest", shape: SHAPE, outputSize: [6] }), "outputSize");
    refused(() => core.statistics([1]), "a");
    const maps = new core.FeatureMaps(X, [1, 1, 12]);
    refused(() => core.explain(maps, layer, { cell: [0, 0] }), "x");
    maps.free();
    refused(() => core.explain(maps, layer, { cell: [0, 0] }), "x");
  });
});
