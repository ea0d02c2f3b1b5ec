// Repeated work: numbers kept inside the core, layers made ready, results into given arrays. What is expected is what `pool`
// gives for the same call without any of it, or worked out by hand.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import init, { FeatureMaps, pool, PoolLayer } from "deep-end";
import { refused } from "./refused.mjs";

before(() => init());

const SHAPE = [1, 2, 6, 6];
const COUNTING = Float32Array.from({ length: 72 }, (_, at) => (at * 29) % 72);
const LAYER = { shape: SHAPE, method: "max", kernelSize: 3, stride: 2, padding: 1 };
const PLAIN = () => pool(COUNTING, { ...LAYER, returnIndices: true });

test("feature maps keep a copy, and hand out views and copies", () => {
  const data = COUNTING.slice();
  const maps = new FeatureMaps(data, SHAPE);
  data.fill(0);
  assert.deepEqual(maps.shape, SHAPE);
  assert.deepEqual(maps.read(), COUNTING);
  assert.deepEqual(maps.view(), COUNTING);
  maps.view()[3] = -5;
  assert.equal(maps.read()[3], -5);
  maps.write(COUNTING);
  const out = new Float32Array(72);
  assert.equal(maps.read(out), out);
  assert.deepEqual(out, COUNTING);
  maps.free();
});

test("a layer on maps, with and without an out, and on maps that a layer made", () => {
  const layer = new PoolLayer(LAYER);
  assert.deepEqual([layer.shape, layer.outputShape], [SHAPE, [1, 2, 3, 3]]);
  const x = new FeatureMaps(COUNTING, SHAPE);
  const y = layer.run(x);
  assert.deepEqual([y.shape, y.read()], [[1, 2, 3, 3], PLAIN().data]);
  const out = new FeatureMaps(new Float32Array(18), [1, 2, 3, 3]);
  assert.equal(layer.run(x, out), out);
  assert.deepEqual(out.read(), PLAIN().data);
  const indices = new Int32Array(18);
  const picked = layer.runWithIndices(x, out, indices);
  assert.ok(picked.data === out && picked.indices === indices);
  assert.deepEqual(indices, PLAIN().indices);
  assert.deepEqual(layer.runWithIndices(x).indices, PLAIN().indices);
  const next = new PoolLayer({ shape: [1, 2, 3, 3], method: "average", global: true });
  const means = [0, 1].map((plane) => PLAIN().data.slice(9 * plane, 9 * plane + 9).reduce((a, b) => a + b) / 9);
  assert.deepEqual(next.run(y).read(), Float32Array.from(means));
  assert.deepEqual(x.read(), COUNTING, "the input is left as it was");
});

// Counted as cells times planes, so many would not fit a word of 32 bits.
test("global pooling of very many planes", () => {
  const planes = 140_001;
  const x = Float32Array.from({ length: 4 * planes }, (_, at) => at % 97);
  const four = (plane) => [0, 1, 2, 3].map((cell) => x[4 * plane + cell]);
  for (const [method, of] of [["max", (cells) => Math.max(...cells)], ["average", ([a, b, c, d]) => (a + b + c + d) / 4]]) {
    const { data } = pool(x, { shape: [1, planes, 2, 2], method, global: true });
    assert.deepEqual(data, Float32Array.from({ length: planes }, (_, plane) => of(four(plane))), method);
  }
});

test("a layer from and to arrays of every class", () => {
  for (const Class of [Float32Array, Int8Array, Uint8Array]) {
    const layer = new PoolLayer(LAYER);
    const x = Class.from(COUNTING);
    const plain = pool(x, { ...LAYER, returnIndices: true });
    for (let round = 0; round < 3; round++) {
      const out = new Class(18).fill(7);
      assert.equal(layer.run(x, out), out);
      assert.deepEqual(out, plain.data);
      assert.deepEqual(layer.run(x), plain.data);
      assert.equal(layer.run(x).constructor, Class);
      const indices = new Int32Array(18);
      const picked = layer.runWithIndices(x, out.fill(0), indices);
      assert.ok(picked.data === out && picked.indices === indices);
      assert.deepEqual(picked, { data: plain.data, indices: plain.indices });
      assert.deepEqual(layer.runWithIndices(x), picked);
    }
  }
});

test("layers of other shapes in turn do not see each other's numbers", () => {
  const layers = [4, 1, 2, 6].map((n) => [new PoolLayer({ shape: [1, 1, n], method: "average", kernelSize: 1 }), n]);
  for (let round = 1; round < 4; round++) {
    for (const [layer, n] of layers) {
      const x = Float32Array.from({ length: n }, (_, at) => at + 10 * round + 100 * n);
      assert.deepEqual(layer.run(x), x);
    }
  }
});

test("pool writes into given arrays", () => {
  const [out, outIndices] = [new Float32Array(18), new Int32Array(18)];
  const pooled = pool(COUNTING, { ...LAYER, returnIndices: true, out, outIndices });
  assert.ok(pooled.data === out && pooled.indices === outIndices);
  assert.deepEqual(pooled, PLAIN());
  const part = new Float32Array(20).fill(-1);
  pool(COUNTING, { ...LAYER, out: part.subarray(1, 19), outIndices: undefined });
  assert.deepEqual(part, Float32Array.of(-1, ...PLAIN().data, -1));
});

test("an array may be its own out", () => {
  const same = { shape: SHAPE, method: "max", kernelSize: 3, stride: 1, padding: 1 };
  const expected = pool(COUNTING, same).data;
  const [x, y] = [COUNTING.slice(), COUNTING.slice()];
  assert.equal(pool(x, { ...same, out: x }).data, x);
  assert.deepEqual(x, expected);
  new PoolLayer(same).run(y, y);
  assert.deepEqual(y, expected);
});

test("maps are not their own out", () => {
  const layer = new PoolLayer({ shape: SHAPE, method: "max", kernelSize: 1 });
  const x = new FeatureMaps(COUNTING, SHAPE);
  refused(() => layer.run(x, x), "out", "x itself");
  assert.deepEqual(layer.run(x).read(), COUNTING, "works on");
});

test("views of the core's memory are taken as what they show", () => {
  const layer = new PoolLayer(LAYER);
  const [x, y] = [new FeatureMaps(COUNTING, SHAPE), new FeatureMaps(new Float32Array(18), [1, 2, 3, 3])];
  layer.run(COUNTING);
  layer.run(x.view(), y.view());
  assert.deepEqual(y.read(), PLAIN().data);
});

test("classes, lengths and shapes that do not fit are named", () => {
  const layer = new PoolLayer(LAYER);
  const x = new FeatureMaps(COUNTING, SHAPE);
  refused(() => layer.run([1, 2]), "x", "of class Array");
  refused(() => layer.run(COUNTING.subarray(1)), "x.length", "71", "[1, 2, 6, 6]");
  refused(() => layer.run(COUNTING, new Float32Array(17)), "out.length", "17", "[1, 2, 3, 3]");
  refused(() => layer.run(COUNTING, new Int8Array(18)), "out", "Int8Array", "Float32Array");
  refused(() => layer.run(COUNTING, x), "out", "FeatureMaps", "Float32Array");
  refused(() => layer.run(x, new Float32Array(18)), "out", "Float32Array", "FeatureMaps");
  refused(() => layer.run(x, x), "out");
  refused(() => layer.run(new FeatureMaps(COUNTING, [2, 1, 6, 6])), "x.shape", "[2, 1, 6, 6]", "[1, 2, 6, 6]");
  refused(() => layer.run(x, new FeatureMaps(new Float32Array(18), [2, 1, 3, 3])), "out.shape", "[2, 1, 3, 3]");
  refused(() => layer.runWithIndices(x, undefined, new Int32Array(3)), "outIndices.length", "3");
  refused(() => layer.runWithIndices(COUNTING, undefined, new Uint8Array(18)), "outIndices", "Uint8Array", "Int32Array");
  refused(() => new PoolLayer({ ...LAYER, method: "average" }).runWithIndices(x), "returnIndices");
  refused(() => new PoolLayer({ ...LAYER, returnIndices: true }), "returnIndices", "runWithIndices");
  refused(() => new PoolLayer({ ...LAYER, out: new Float32Array(18) }), "out");
  refused(() => new PoolLayer({ ...LAYER, method: "average" }).run(new Int8Array(72)), "method");
  refused(() => pool(COUNTING, { ...LAYER, out: new Float32Array(3) }), "out.length", "3", "[1, 2, 3, 3]");
  refused(() => pool(COUNTING, { ...LAYER, out: {} }), "out", "of class Object");
  refused(() => pool(COUNTING, { ...LAYER, outIndices: new Int32Array(18) }), "outIndices", "returnIndices");
  refused(() => new FeatureMaps(COUNTING, [1, 2, 6, 7]), "data.length", "72", "[1, 2, 6, 7]");
  refused(() => new FeatureMaps(COUNTING, [72]), "shape", "[72]");
  refused(() => new FeatureMaps(COUNTING), "shape", "missing");
  refused(() => new FeatureMaps(new Int8Array(72), SHAPE), "data", "Int8Array");
  refused(() => new FeatureMaps(COUNTING, [2 ** 20, 2 ** 20, 2 ** 20]), "shape");
  refused(() => x.write(new Float32Array(3)), "data.length", "3");
  refused(() => x.read(new Float32Array(3)), "out.length", "3");
  assert.deepEqual(layer.run(x).read(), PLAIN().data, "works on after errors");
});

test("what is freed says so", () => {
  const [layer, x, out] = [new PoolLayer(LAYER), new FeatureMaps(COUNTING, SHAPE), new FeatureMaps(new Float32Array(18), [1, 2, 3, 3])];
  x.free();
  x.free();
  refused(() => x.read(), "FeatureMaps", "freed");
  refused(() => x.view(), "FeatureMaps", "freed");
  refused(() => x.write(COUNTING), "FeatureMaps", "freed");
  refused(() => x.shape, "FeatureMaps", "freed");
  refused(() => layer.run(x), "x", "freed");
  const y = new FeatureMaps(COUNTING, SHAPE);
  refused(() => layer.run(x), "x", "freed");
  out.free();
  refused(() => layer.run(y, out), "out", "freed");
  layer.free();
  refused(() => layer.run(y), "PoolLayer", "freed");
  refused(() => layer.outputShape, "PoolLayer", "freed");
  layer.free();
  assert.deepEqual(y.read(), COUNTING);
});

test("a failed run leaves no maps behind", () => {
  const layer = new PoolLayer(LAYER);
  const wrong = new FeatureMaps(COUNTING, [2, 1, 6, 6]);
  const { handle } = new FeatureMaps(COUNTING, SHAPE);
  for (let round = 0; round < 100; round++) refused(() => layer.run(wrong), "x.shape");
  assert.ok(new FeatureMaps(COUNTING, SHAPE).handle <= handle + 2);
});

test("arrays that were moved away, and values that pretend, are refused", () => {
  const layer = new PoolLayer(LAYER);
  const gone = COUNTING.slice();
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  refused(() => layer.run(gone), "x.length", "0");
  refused(() => layer.run(COUNTING, gone), "out.length", "0");
  class Lying extends Float32Array {
    get length() {
      return 72;
    }
  }
  refused(() => layer.run(new Lying(100)), "x", "cannot be reached");
  refused(() => layer.run(Object.create(Float32Array.prototype)), "x");
  class Leaving extends Float32Array {
    get length() {
      if (this.buffer.byteLength) structuredClone(this.buffer, { transfer: [this.buffer] });
      return 72;
    }
  }
  refused(() => layer.run(new Leaving(72)), "x", "cannot be reached");
  for (const handle of [-1, 0, 0.5, NaN, Infinity, 2 ** 31, 2 ** 32, 1e300]) refused(() => layer.run({ handle }), "x");
  const throwing = { get handle() { throw new Error("no"); } };
  refused(() => layer.run(throwing), "x", "of class Object");
  assert.deepEqual(layer.run(COUNTING), PLAIN().data, "works on");
});

test("a call from inside a call works or is refused", () => {
  const layer = new PoolLayer(LAYER);
  const maps = new FeatureMaps(COUNTING, SHAPE);
  const inner = [];
  class Nosy extends Float32Array {
    get length() {
      inner.push(new PoolLayer(LAYER).run(COUNTING), maps.read(), pool(COUNTING, LAYER).data);
      refused(() => layer.run(COUNTING), "PoolLayer", "running");
      refused(() => layer.free(), "PoolLayer", "running");
      return super.length;
    }
  }
  assert.deepEqual(layer.run(new Nosy(COUNTING)), PLAIN().data);
  assert.deepEqual(inner, [PLAIN().data, COUNTING, PLAIN().data]);
  class Meddling extends Float32Array {
    get length() {
      for (const call of [() => maps.read(), () => maps.free(), () => layer.run(maps), () => new FeatureMaps(COUNTING, SHAPE)])
        refused(call, "FeatureMaps", "running");
      return super.length;
    }
  }
  maps.write(new Meddling(72).fill(3));
  maps.read(new Meddling(72));
  assert.deepEqual(maps.read(), new Float32Array(72).fill(3));
  const prying = { get handle() { maps.free(); return 1; } };
  refused(() => layer.run(maps, prying), "x", "freed");
});

test("getters of options that throw are an error about the options", () => {
  const options = { ...LAYER, get stride() { throw new TypeError("no"); } };
  refused(() => pool(COUNTING, options), "options");
  refused(() => pool(COUNTING, { ...LAYER, kernelSize: { length: 1e9 } }), "kernelSize");
  refused(() => pool(COUNTING, { ...LAYER, kernelSize: new Array(1e9) }), "kernelSize");
});
