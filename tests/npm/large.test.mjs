// Planes so large that they go through the core a band at a time. What is expected follows from the definition, or is what
// the core gives for maps that it holds, which it pools as a whole.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import init, { FeatureMaps, PoolLayer } from "deep-end";
import { refused } from "./refused.mjs";

before(() => init());

// Several bands; sums of such numbers round.
const [TALL, WIDE] = [700, 512];
const LARGE = Float32Array.from({ length: TALL * WIDE }, (_, at) => ((at * 7919) % 100003) / 1009 - 40);
const SAME = { kernelSize: 3, stride: 1, padding: 1 };
const AVERAGE = { shape: [1, 1, TALL, WIDE], method: "average", ...SAME };

/** Each window's cells in the order in which they are added, and where they lie. */
function define({ data, pick }) {
  const [values, places] = [new Float32Array(TALL * WIDE), new Int32Array(TALL * WIDE)];
  for (let row = 0; row < TALL; row++) {
    for (let column = 0; column < WIDE; column++) {
      const window = [-1, 0, 1].map((y) => [-1, 0, 1].map((x) => [row + y, column + x]).filter(([y, x]) => y >= 0 && y < TALL && x >= 0 && x < WIDE).map(([y, x]) => y * WIDE + x));
      [values[row * WIDE + column], places[row * WIDE + column]] = pick(window.filter((line) => line.length), data);
    }
  }
  return { data: values, indices: places };
}
const sum = (numbers) => numbers.reduce((a, b) => Math.fround(a + b));
const mean = (lines, data) => [sum(lines.map((line) => sum(line.map((at) => data[at])))) / 9, -1];
const largest = (lines, data) => {
  const at = lines.flat().reduce((best, at) => (data[at] > data[best] ? at : best));
  return [data[at], at];
};

test("a large plane is pooled as it is defined, into a new array and a given one, and with places", () => {
  const layer = new PoolLayer(AVERAGE);
  const means = define({ data: LARGE, pick: mean }).data;
  const out = new Float32Array(LARGE.length);
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(layer.run(LARGE), means);
    assert.deepEqual(layer.run(LARGE, out), means);
  }
  for (const Class of [Float32Array, Int8Array]) {
    // More rows of it, so that bytes are many too.
    const times = 4 / Class.BYTES_PER_ELEMENT;
    const x = Class.from({ length: LARGE.length }, (_, at) => (at * 7919) % 127 - 60);
    const planes = new Class(times * x.length);
    for (let plane = 0; plane < times; plane++) planes.set(x, plane * x.length);
    const max = new PoolLayer({ shape: [1, times, TALL, WIDE], method: "max", ...SAME });
    const { data, indices } = define({ data: x, pick: largest });
    const given = [new Class(planes.length), new Int32Array(planes.length)];
    for (const found of [max.runWithIndices(planes), max.runWithIndices(planes, ...given)]) {
      for (let plane = 0; plane < times; plane++) {
        const [from, to] = [plane * x.length, (plane + 1) * x.length];
        assert.deepEqual(found.data.slice(from, to), Class.from(data));
        assert.deepEqual(found.indices.slice(from, to), indices);
      }
    }
  }
});

test("a large plane may be its own out, or share its memory with it at any distance", () => {
  const layer = new PoolLayer(AVERAGE);
  const expected = layer.run(LARGE);
  for (const Memory of [ArrayBuffer, SharedArrayBuffer]) {
    for (const distance of [0, 1, 40 * WIDE, 300 * WIDE, LARGE.length]) {
      for (const [from, to] of [[0, distance], [distance, 0]]) {
        const memory = new Memory(4 * (LARGE.length + distance));
        const [x, out] = [from, to].map((start) => new Float32Array(memory, 4 * start, LARGE.length));
        x.set(LARGE);
        assert.equal(layer.run(x, out), out);
        assert.deepEqual(out, expected, `${Memory.name} ${from} ${to}`);
      }
    }
  }
  // Two objects for the same shared memory.
  const memory = new SharedArrayBuffer(4 * LARGE.length);
  const [x, out] = [memory, structuredClone(memory)].map((memory) => new Float32Array(memory));
  assert.notEqual(x.buffer, out.buffer);
  x.set(LARGE);
  assert.deepEqual(layer.run(x, out), expected);
  // Places over the input, and over the values.
  const max = new PoolLayer({ ...AVERAGE, method: "max" });
  const wanted = max.runWithIndices(LARGE);
  const both = new ArrayBuffer(8 * LARGE.length);
  const [cells, values] = [new Float32Array(both, 0, LARGE.length), new Float32Array(LARGE.length)];
  cells.set(LARGE);
  const places = new Int32Array(both, 4 * WIDE, LARGE.length);
  assert.deepEqual(max.runWithIndices(cells, values, places), { data: wanted.data, indices: wanted.indices });
  const [first, second] = [new Float32Array(both, 0, LARGE.length), new Int32Array(both, 4 * LARGE.length)];
  assert.deepEqual(max.runWithIndices(LARGE, first, second), { data: wanted.data, indices: wanted.indices });
});

test("a NaN in a large plane is where it was, and no further", () => {
  const x = LARGE.slice();
  x[351 * WIDE + 7] = NaN;
  const max = new PoolLayer({ ...AVERAGE, method: "max" });
  const [with_, without] = [max.run(x), max.run(LARGE)];
  for (let at = 0; at < x.length; at++) {
    const near = Math.abs(Math.floor(at / WIDE) - 351) <= 1 && Math.abs((at % WIDE) - 7) <= 1;
    if (near ? !Number.isNaN(with_[at]) : with_[at] !== without[at]) assert.fail(`${at}: ${with_[at]}`);
  }
});

test("draws of a large plane go by their windows' numbers in it", () => {
  const shape = [1, 2, TALL, WIDE];
  const options = { shape, method: "stochastic", seed: 7, kernelSize: 2 };
  const two = new Float32Array(2 * LARGE.length);
  LARGE.forEach((cell, at) => { two[at] = two[LARGE.length + at] = Math.abs(cell); });
  // Inside the core, planes are pooled as a whole.
  const resident = new PoolLayer(options).run(new FeatureMaps(two, shape)).read();
  assert.deepEqual(new PoolLayer(options).run(two), resident);
});

test("a large array that shrinks, moves away or pretends about its length is refused", () => {
  const layer = new PoolLayer(AVERAGE);
  const grown = new ArrayBuffer(4 * LARGE.length, { maxByteLength: 4 * LARGE.length });
  class Shrinking extends Float32Array {
    get length() {
      this.buffer.resize(4 * WIDE);
      return LARGE.length;
    }
  }
  refused(() => layer.run(new Shrinking(grown, 0, LARGE.length)), "x", "cannot be reached");
  class Lying extends Float32Array {
    get length() {
      return LARGE.length;
    }
  }
  refused(() => layer.run(new Lying(LARGE.length + 9)), "x", "cannot be reached");
  const longer = Object.defineProperty(new Float32Array(LARGE.length + 9), "length", { value: LARGE.length });
  refused(() => layer.run(longer), "x", "cannot be reached");
  const gone = LARGE.slice();
  class Leaving extends Float32Array {
    get length() {
      if (gone.buffer.byteLength) structuredClone(gone.buffer, { transfer: [gone.buffer] });
      return LARGE.length;
    }
  }
  refused(() => layer.run(gone, new Leaving(LARGE.length)), "x", "cannot be reached");
  const out = new Float32Array(new ArrayBuffer(4 * LARGE.length, { maxByteLength: 4 * LARGE.length }), 0, LARGE.length);
  class Meddling extends Float32Array {
    static get [Symbol.species]() {
      if (out.buffer.byteLength > 4) out.buffer.resize(4);
      return Float32Array;
    }
  }
  refused(() => layer.run(new Meddling(LARGE), out), "out", "cannot be reached");
  refused(() => layer.run(LARGE, Object.create(Float32Array.prototype)), "out");
  assert.equal(layer.run(LARGE).length, LARGE.length, "works on");
});
