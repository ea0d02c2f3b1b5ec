// The package's pooling functions, imported by name as its users do. Expected numbers are worked out by hand.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import init, { colorMap, colorize, imageParts, pool, poolGeometry, poolImage } from "deep-end";

before(() => init());

// 4 × 4, row by row:   1  2  3  4 |  5  6  7  8 |  9 10 11 12 | 13 14 15 16
const COUNTING = Float32Array.from({ length: 16 }, (_, at) => at + 1);
const SHAPE = [1, 1, 4, 4];

test("max gives values, shape and the winners' positions", () => {
  const { data, shape, indices } = pool(COUNTING, { shape: SHAPE, method: "max", kernelSize: 2, returnIndices: true });
  assert.deepEqual(data, Float32Array.of(6, 8, 14, 16));
  assert.deepEqual(shape, [1, 1, 2, 2]);
  assert.deepEqual(indices, Int32Array.of(5, 7, 13, 15));
});

test("average divides by the window, or by what it is told to", () => {
  const layer = { shape: SHAPE, method: "average", kernelSize: 2 };
  assert.deepEqual(pool(COUNTING, layer).data, Float32Array.of(3.5, 5.5, 11.5, 13.5));
  assert.deepEqual(pool(COUNTING, { ...layer, divisorOverride: 2 }).data, Float32Array.of(7, 11, 23, 27));
});

test("Lp of one row", () => {
  const { data } = pool(Float32Array.of(3, 4, 6, 8), { shape: [1, 1, 4], method: "lp", normType: 2, kernelSize: 2 });
  assert.deepEqual(data, Float32Array.of(5, 10));
});

test("every other method, on 1, 2, 4 (and one more for the methods that need a window)", () => {
  const x = Float32Array.of(1, 2, 4);
  const of = (options) => pool(x, { shape: [1, 1, 3], global: true, ...options }).data[0];
  const e = Math.E;
  for (const [options, expected] of [
    [{ method: "min" }, 1],
    [{ method: "gem", normType: 2 }, Math.sqrt(7)],
    [{ method: "log-sum-exp", sharpness: 1 }, Math.log((e + e ** 2 + e ** 4) / 3)],
    [{ method: "softpool" }, (e + 2 * e ** 2 + 4 * e ** 4) / (e + e ** 2 + e ** 4)],
    [{ method: "stochastic-mean" }, 3],
    [{ method: "mixed", alpha: 0.25 }, 2.75],
    [{ method: "median" }, 2],
    [{ method: "rank", rank: 2 }, 2],
    [{ method: "top-k", k: 2 }, 3],
    [{ method: "subsample" }, 1],
    [{ method: "gated", weights: [0, 0, 0], global: undefined, kernelSize: 3 }, 19 / 6],
    [{ method: "max-blur", filterSize: 2, global: undefined, kernelSize: 2, stride: 1 }, 3],
    [{ method: "average-blur", filterSize: 3, global: undefined, kernelSize: 1 }, 1.5],
  ]) {
    assert.ok(Math.abs(of(options) - expected) < 1e-6, `${options.method} is ${of(options)}, should be ${expected}`);
  }
});

test("a seed draws the same cells again, each of them a cell of its window", () => {
  const layer = { shape: [1, 1, 4, 4], method: "stochastic", kernelSize: 2, seed: 3, returnIndices: true };
  const { data, indices } = pool(COUNTING, layer);
  assert.deepEqual(pool(COUNTING, layer), { data, shape: [1, 1, 2, 2], indices });
  assert.deepEqual(data, Float32Array.from(indices, (at) => COUNTING[at]));
});

test("global and adaptive", () => {
  assert.deepEqual(pool(COUNTING, { shape: SHAPE, method: "max", global: true }).data, Float32Array.of(16));
  const { data, shape } = pool(COUNTING, { shape: SHAPE, method: "average", outputSize: [1, 2] });
  assert.deepEqual(data, Float32Array.of(7.5, 9.5));
  assert.deepEqual(shape, [1, 1, 1, 2]);
});

test("bytes stay bytes", () => {
  const { data } = pool(Int8Array.of(-3, -1, -128, 127), { shape: [1, 1, 4], method: "max", kernelSize: 2 });
  assert.deepEqual(data, Int8Array.of(-1, 127));
  assert.deepEqual(pool(Uint8Array.of(3, 200), { shape: [1, 1, 2], method: "max", kernelSize: 2 }).data, Uint8Array.of(200));
});

test("the input is left as it was", () => {
  const input = COUNTING.slice();
  pool(input, { shape: SHAPE, method: "max", kernelSize: 3, padding: 1 });
  assert.deepEqual(input, COUNTING);
});

test("errors are Errors that name the parameter as it was given, its value and the rule", () => {
  const refused = (options, ...parts) =>
    assert.throws(
      () => pool(COUNTING, { shape: SHAPE, method: "max", kernelSize: 2, ...options }),
      (error) => error instanceof Error && parts.every((part) => error.message.includes(part)),
    );
  refused({ stride: 0 }, "stride", "0");
  refused({ kernelSize: 5 }, "5");
  refused({ shape: [1, 1, 4, 5] }, "x.length", "16", "[1, 1, 4, 5]");
  refused({ method: "maximum" }, "method", "maximum");
  refused({ kernelsize: 2 }, "kernelsize");
  assert.deepEqual(pool(COUNTING, { shape: SHAPE, method: "max", global: true }).data, Float32Array.of(16), "works on after errors");
});

test("a photograph's channels are pooled one by one", () => {
  const cells = [
    [10, 0, 0, 255], [20, 100, 0, 255],
    [30, 0, 7, 255], [40, 0, 0, 255],
  ];
  const image = { data: Uint8ClampedArray.from(cells.flat()), width: 2, height: 2, colorSpace: "srgb" };
  const pooled = poolImage(image, { method: "max", kernelSize: 2 });
  assert.deepEqual([pooled.width, pooled.height], [1, 1]);
  assert.deepEqual([...pooled.data], [40, 100, 7, 255]);
});

/** Pixels of every kind; large enough that the core reads them a piece at a time. */
function noise(width, height) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let at = 0, state = 1; at < data.length; at++) data[at] = (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 24;
  return { data, width, height };
}

test("a photograph in parts is the photograph, and each part reads no more than it says", () => {
  const photo = noise(701, 500);
  for (const layer of [
    { method: "max", kernelSize: 9, stride: 2, padding: 4, dilation: 3, ceilMode: true },
    { method: "average", kernelSize: 31, stride: 1, padding: 15 },
    { method: "lp", normType: 3, kernelSize: 4, stride: 3 },
    { method: "min", outputSize: [37, 41] },
    { method: "average", global: true },
    { method: "stochastic", seed: 4, kernelSize: 5 },
  ]) {
    const whole = poolImage(photo, layer);
    const parts = imageParts(layer, photo.width, photo.height, 7);
    assert.equal(parts.length, layer.global || layer.seed ? 1 : 7);
    const made = parts.map(({ rows, reads: [top, end] }) => {
      const data = photo.data.slice(4 * photo.width * top, 4 * photo.width * end);
      return poolImage({ data, width: photo.width, height: end - top }, layer, { rows, top, height: photo.height });
    });
    const pixels = Buffer.concat(made.map(({ data }) => new Uint8Array(data.buffer)));
    assert.equal(Buffer.compare(pixels, Buffer.from(whole.data.buffer)), 0, layer.method);
    assert.equal(made.reduce((sum, { height }) => sum + height, 0), whole.height);
  }
});

test("a large photograph is pooled as its channels are, a piece at a time", () => {
  const photo = noise(640, 400);
  const { data, width, height } = poolImage(photo, { method: "average", kernelSize: 3, stride: 2, padding: 1, countIncludePad: false });
  for (let channel = 0; channel < 4; channel++) {
    const plane = Float32Array.from({ length: 640 * 400 }, (_, at) => photo.data[4 * at + channel]);
    const options = { shape: [1, 1, 400, 640], method: "average", kernelSize: 3, stride: 2, padding: 1, countIncludePad: false };
    const wanted = pool(plane, options).data.map((value) => Math.floor(value + 0.5));
    assert.deepEqual(wanted, Float32Array.from({ length: width * height }, (_, at) => data[4 * at + channel]));
  }
});

test("a pooled photograph goes into the pixels that are given", () => {
  const photo = noise(643, 401);
  for (const layer of [
    { method: "max", kernelSize: 2 },
    { method: "average", kernelSize: 2 },
    { method: "lp", normType: 2, kernelSize: 3, stride: 2 },
  ]) {
    const { data, width, height } = poolImage(photo, layer);
    const out = new Uint8ClampedArray(data.length);
    const pooled = poolImage(photo, { ...layer, out });
    assert.equal(pooled.data, out);
    assert.deepEqual([pooled.width, pooled.height, out], [width, height, data]);
    // Some rows alone, into the middle of a larger memory.
    const row = 4 * width;
    const memory = new Uint8ClampedArray(5 * row).fill(7);
    poolImage(photo, { ...layer, out: memory.subarray(row, 4 * row) }, { rows: [90, 93], top: 0, height: 401 });
    assert.deepEqual(memory.slice(row, 4 * row), data.slice(90 * row, 93 * row));
    assert.ok([...memory.subarray(0, row), ...memory.subarray(4 * row)].every((byte) => byte === 7));
  }
  const four = { data: new Uint8ClampedArray(64), width: 4, height: 4 };
  const refused = (out, parameter, message) =>
    assert.throws(
      () => poolImage(four, { method: "max", kernelSize: 2, out }),
      (error) => error.parameter === parameter && error.message.includes(message),
    );
  refused(new Uint8ClampedArray(20), "out.length", "2 × 2");
  refused(new Uint8Array(16), "out", "must be a Uint8ClampedArray");
  refused(four.data.subarray(0, 16), "out", "outside the image's memory");
  refused(5, "out", "must be a Uint8ClampedArray");
});

test("the mean of four bytes is exact, halves rounded up", () => {
  // Every difference of neighbours, every sum modulo four.
  const photo = noise(512, 256);
  const { data } = poolImage(photo, { method: "average", kernelSize: 2 });
  const wanted = data.map((_, at) => {
    const [row, column, channel] = [Math.floor(at / 1024), (at >> 2) % 256, at % 4];
    const cell = (down, across) => photo.data[4 * (512 * (2 * row + down) + 2 * column + across) + channel];
    return Math.floor((cell(0, 0) + cell(0, 1) + cell(1, 0) + cell(1, 1) + 2) / 4);
  });
  assert.deepEqual(data, wanted);
});

test("a part that is not there, or not held, is refused by name", () => {
  const photo = noise(4, 6);
  const refused = (layer, part, parameter, message) =>
    assert.throws(
      () => poolImage(photo, { method: "max", ...layer }, part),
      (error) => error.parameter === parameter && error.message.includes(message),
    );
  refused({ kernelSize: 2 }, { rows: [0, 4], top: 0, height: 6 }, "rows", "which has 3");
  refused({ kernelSize: 2 }, { rows: [1, 1], top: 0, height: 6 }, "rows", "rows of the output");
  refused({ kernelSize: 2 }, { rows: [2, 4], top: 0, height: 8 }, "image", "from row 4 of the whole picture up to 8");
  refused({ kernelSize: 2 }, { rows: [0, 4], top: 1, height: 8 }, "image", "from row 0");
  refused({ kernelSize: 2, method: "stochastic", seed: 1 }, { rows: [0, 1], top: 0, height: 6 }, "rows", "without the others");
  refused({ kernelSize: 2 }, { rows: [0], top: 0, height: 6 }, "rows", "[first, end]");
  refused({ kernelSize: 2 }, { rows: [0, 1], top: 0 }, "height", "must be given");
});

test("geometry tells what a layer does to a shape", () => {
  const { shape, axes } = poolGeometry({ shape: [1, 3, 5], method: "max", kernelSize: 2 });
  assert.deepEqual(shape, [1, 3, 2]);
  assert.equal(axes.length, 1);
  assert.deepEqual(axes[0].unread, [4]);
});

test("colours: as many as numbers, and the map's ends at the least and the greatest", () => {
  const map = colorMap("gray");
  assert.equal(map.length, 256 * 4);
  const picture = colorize(Float32Array.of(-1, 3), 2, 1, { map: "gray" });
  assert.deepEqual([picture.width, picture.height], [2, 1]);
  assert.deepEqual([...picture.data.slice(0, 4)], [...map.slice(0, 4)]);
  assert.deepEqual([...picture.data.slice(4, 8)], [...map.slice(-4)]);
});
