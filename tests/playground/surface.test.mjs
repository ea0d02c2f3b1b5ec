// The playground's surface against answers that are known: worked by hand, by definition, or PyTorch's.
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

/** 3 × 4, with a tie and a negative cell. */
const X = Float32Array.of(1, 5, 5, 2, -3, 0, 4, 4, 9, 1, 1, 7);
const SHAPE = [1, 1, 3, 4];
const near = (a, b, far = 1e-6) => assert.ok(Math.abs(a - b) <= far, `${a} is not ${b}`);

describe("cells", () => {
  test("an output cell's window, winner, ties and formula", () => {
    const layer = { shape: SHAPE, method: "max", kernelSize: 2, stride: 1, padding: 1 };
    const corner = core.explain(X, layer, { cell: [0, 0] });
    assert.deepEqual([corner.value, corner.formula, corner.origin, corner.winner], [1, "max(1) = 1", [-1, -1], [0, 0]]);
    assert.deepEqual(corner.taps.map(({ kind }) => kind), ["padding", "padding", "padding", "cell"]);
    const tie = core.explain(X, layer, { cell: [1, 2] });
    assert.deepEqual([tie.formula, tie.winner, tie.ties], ["max(5, 5, 0, 4) = 5", [0, 1], [[0, 1], [0, 2]]]);
    assert.deepEqual(tie.taps[0], { kind: "cell", position: [0, 1], value: 5, slope: 1, weight: 1, wins: true });
    assert.deepEqual([tie.taps[1].slope, tie.taps[1].wins], [0, false]);
  });

  test("taps beyond the padded input hang over, and long windows are shortened", () => {
    const layer = { shape: [1, 1, 5], method: "average", kernelSize: 4, stride: 3, ceilMode: true };
    const { taps, formula } = core.explain(Float32Array.of(1, 2, 3, 4, 6), layer, { cell: [1] });
    assert.deepEqual([taps.map(({ kind }) => kind), formula], [["cell", "cell", "overhang", "overhang"], "(4 + 6) / 2 = 5"]);
    const all = core.explain(X, { shape: SHAPE, method: "max", global: true }, { cell: [0, 0], mostTaps: 2, mostTerms: 4 });
    assert.deepEqual([all.count, all.taps.length, all.formula], [12, 2, "max(1, 5, 5, … 8 more …, 7) = 9"]);
  });

  test("every method's formula", () => {
    const line = (layer) => core.explain(Float32Array.of(3, -1, 4, 2), { shape: [1, 1, 4], kernelSize: 4, ...layer }, { cell: [0] }).formula;
    assert.equal(line({ method: "average", divisorOverride: 2 }), "(3 − 1 + 4 + 2) / 2 = 4");
    assert.equal(line({ method: "lp", normType: 2 }), "√(|3|² + |−1|² + |4|² + |2|²) = 5.47723");
    assert.equal(line({ method: "lp", normType: 3 }), "(|3|^3 + |−1|^3 + |4|^3 + |2|^3)^(1/3) = 4.64159");
    assert.equal(line({ method: "gem", normType: 2 }), "√((3² + 0² + 4² + 2²) / 4) = 2.69258");
    assert.equal(line({ method: "median" }), "median(3, −1, 4, 2) = 2");
    assert.equal(line({ method: "rank", rank: 2 }), "number 2 from the top of (3, −1, 4, 2) = 3");
    assert.equal(line({ method: "mixed", alpha: 0.25 }), "0.25 · max(3, −1, 4, 2) + 0.75 · mean(3, −1, 4, 2) = 2.5");
    assert.equal(line({ method: "subsample" }), "first of (3, −1, 4, 2) = 3");
    assert.equal(line({ method: "stochastic-mean" }), "0.333 · 3 + 0 · −1 + 0.444 · 4 + 0.222 · 2 = 3.22222");
    assert.match(line({ method: "softpool" }), /^0\.244 · 3 \+ 0\.004 · −1 \+ 0\.662 · 4 \+ 0\.09 · 2 = 3\.55/);
    assert.match(line({ method: "log-sum-exp", sharpness: 1 }), /^ln\(\(e\^\(1 · 3\) \+ .* \/ 4\) \/ 1 = 3\./);
  });

  test("who reads a cell, and the sum of the slopes is its gradient", () => {
    const layer = { shape: SHAPE, method: "average", kernelSize: 2, stride: 1 };
    const found = core.readers(X, layer, { cell: [1, 1] });
    assert.deepEqual(found.map(({ position }) => position), [[0, 0], [0, 1], [1, 0], [1, 1]]);
    assert.deepEqual(found.map(({ slope }) => slope), [0.25, 0.25, 0.25, 0.25]);
    const { data } = core.poolBackward(X, new Float32Array(6).fill(1), layer);
    assert.equal(data[5], 1);
  });

  test("coverage counts the windows of each cell", () => {
    const { counts, unread, once, repeatedly } = core.coverage({ shape: [1, 1, 8], method: "max", kernelSize: 3, stride: 2 });
    assert.deepEqual([[...counts], unread, once, repeatedly], [[1, 1, 2, 1, 2, 1, 1, 0], 1, 5, 2]);
  });

  test("resident maps give the same, plane by plane", () => {
    const data = Float32Array.from({ length: 2 * 3 * 9 }, (_, at) => (at * 7) % 11);
    const layer = { shape: [2, 3, 3, 3], method: "stochastic", seed: 5, kernelSize: 2, stride: 1 };
    const maps = new core.FeatureMaps(data, layer.shape);
    const pooled = core.pool(data, layer).data;
    for (const [n, c] of [[0, 0], [1, 2]]) {
      for (const cell of [[0, 0], [1, 1]]) {
        const which = { plane: [n, c], cell };
        const explained = core.explain(data, layer, which);
        assert.deepEqual(core.explain(maps, layer, which), explained);
        assert.equal(explained.value, pooled[((n * 3 + c) * 2 + cell[0]) * 2 + cell[1]]);
        assert.deepEqual(core.readers(maps, layer, which), core.readers(data, layer, which));
      }
    }
    maps.free();
  });
});

describe("backward", () => {
  test("agrees with PyTorch's gradients", async () => {
    // x.grad of the outputs' sum in PyTorch 2: max_pool2d(x, 2, 1), avg_pool2d(x, 2, padding=1), lp_pool2d(x.abs(), 3, 2, 1).
    const gradient = (layer, outputs) => core.poolBackward(X, new Float32Array(outputs).fill(1), { shape: SHAPE, kernelSize: 2, ...layer }).data;
    assert.deepEqual([...gradient({ method: "max", stride: 1 }, 6)], [0, 2, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1]);
    assert.deepEqual([...gradient({ method: "average", padding: 1 }, 6)], new Array(12).fill(0.25));
    const norm = [0.0349574, 1.4150881, 1.1532871, 0.0979414, -0.4229707, 0, 1.9817301, 0.6556976, 0.9751868, 0.0732702, 0.0777267, 0.8082916];
    gradient({ method: "lp", normType: 3, stride: 1 }, 6).forEach((slope, at) => near(slope, norm[at], 2e-7));
  });

  test("slopes measured by differences agree, and kinks are told", () => {
    const gradients = Float32Array.of(1, 2, 3, 4, 5, 6);
    for (const layer of [{ method: "average" }, { method: "softpool" }, { method: "lp", normType: 3 }, { method: "log-sum-exp", sharpness: 1 }, { method: "max" }]) {
      const options = { shape: SHAPE, kernelSize: 2, stride: 1, ...layer };
      const { data } = core.poolBackward(X, gradients, options);
      for (const [at, cell] of [[0, [0, 0]], [3, [0, 3]], [4, [1, 0]], [6, [1, 2]], [8, [2, 0]]]) {
        const { slope, measured, kink } = core.measureSlope(X, gradients, options, { cell });
        near(slope, data[at], 1e-4);
        if (!kink) near(measured, slope, 0.02 * Math.max(1, Math.abs(slope)));
        else assert.equal(layer.method, "max");
      }
    }
    const tie = core.measureSlope(X, gradients, { shape: SHAPE, kernelSize: 2, stride: 1, method: "max" }, { cell: [0, 1] });
    assert.deepEqual([tie.slope, tie.kink], [3, true]);
    assert.deepEqual([tie.below, tie.above], [1, 3]);
  });
});

describe("dialects", () => {
  test("lines become options", () => {
    const read = (line) => core.readDialect(line, [1, 1, 8, 8]);
    assert.deepEqual(read("nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)"), {
      dialect: "PyTorch",
      options: { method: "max", kernelSize: 3, stride: 2, padding: 1, ceilMode: true },
    });
    assert.deepEqual(read('MaxPooling2D(pool_size=3, strides=2, padding="same")'), {
      dialect: "Keras",
      options: { method: "max", kernelSize: 3, stride: 2, padding: [[0, 1], [0, 1]] },
    });
    assert.deepEqual(read("nn.AvgPool2d((2, 3), count_include_pad=False)").options, { method: "average", countIncludePad: false, kernelSize: [2, 3], stride: [2, 3] });
    assert.deepEqual(read("nn.AdaptiveAvgPool2d(1)").options, { method: "average", outputSize: 1 });
    assert.throws(() => read("nn.Conv2d(3, 8, 3)"), (error) => /Conv2d/.test(error.message));
    assert.throws(() => read("nn.MaxPool2d(3, strid=2)"), { parameter: "strid" });
  });

  test("a layer is written in every dialect, or refused with a reason", () => {
    const lines = core.writeDialects({ shape: [1, 1, 8, 8], method: "max", kernelSize: 3, stride: 2, padding: 1 });
    assert.deepEqual(lines.map(({ dialect }) => dialect), ["PyTorch", "ONNX", "Keras", "Flax", "Rust"]);
    assert.equal(lines[0].source, "nn.MaxPool2d(3, stride=2, padding=1)");
    assert.equal(lines[4].source, "Pool::new(Pooling::Max, Window::new([3, 3]).stride([2, 2]).padding([[1, 1], [1, 1]]))?");
    const none = core.writeDialects({ shape: [1, 1, 8, 8], method: "median", kernelSize: 3 });
    assert.match(none[0].refusal ?? "", /PyTorch has no pooling operator for this method/);
    assert.equal(none[4].source, "Pool::new(Pooling::Median, Window::new([3, 3]))?");
  });

  test("what a line means elsewhere", () => {
    const line = 'AveragePooling1D(3, strides=2, padding="same")';
    const found = core.dialectDifferences(line, { dialect: "Flax", shape: [1, 1, 2] });
    assert.deepEqual(found, { shapes: [[1], [1]], count: 1, cells: [{ position: [0], reason: "Keras divides by 2, Flax by 3" }], byValue: [] });
    const stride = core.dialectDifferences("nn.MaxPool1d(2)", { dialect: "ONNX", shape: [1, 1, 6], most: 1 });
    assert.deepEqual([stride.shapes, stride.count, stride.cells.length], [[[3], [5]], 4, 1]);
    assert.throws(() => core.dialectDifferences("nn.MaxPool1d(2, dilation=2)", { dialect: "Keras", shape: [1, 1, 6] }), { parameter: "dilation" });
    assert.throws(() => core.dialectDifferences(line, { dialect: "Caffe", shape: [1, 1, 2] }), { parameter: "dialect" });
  });
});

describe("stages", () => {
  test("a filter, the rectifier and patterns", () => {
    const { data, shape } = core.filter(X, { shape: SHAPE, kernel: [0, 0, 0, 0, 2, 0, 0, 0, 0] });
    assert.deepEqual([[...data], shape], [[...X].map((x) => 2 * x), SHAPE]);
    assert.deepEqual([...core.relu(Float32Array.of(-1, 2), { shape: [2] }).data], [0, 2]);
    assert.deepEqual(core.pattern({ name: "ramp", height: 1, width: 3 }), { data: Float32Array.of(0, 0.5, 1), shape: [1, 1, 1, 3] });
    assert.throws(() => core.filter(X, { shape: SHAPE, kernel: [1, 1] }), { parameter: "kernel.length" });
    assert.throws(() => core.filter(X, { shape: SHAPE, kernel: [1], border: "wrap" }), { parameter: "border" });
    assert.throws(() => core.pattern({ name: "stripes", height: 1, width: 3 }), { parameter: "name" });
  });

  test("the ways back up", () => {
    const layer = { method: "max", kernelSize: 2 };
    const x = Float32Array.of(0, 10, 8, 8);
    const { data, indices, shape } = core.pool(x, { ...layer, shape: [1, 1, 4], returnIndices: true });
    const up = (how) => [...core.unpool(data, { shape, outputSize: [4], ...how }).data];
    assert.deepEqual(up({ way: "max", indices }), [0, 10, 8, 0]);
    assert.deepEqual(up({ way: "average", layer }), [10, 10, 8, 8]);
    assert.deepEqual(up({ way: "nearest" }), [10, 10, 8, 8]);
    assert.deepEqual(up({ way: "bilinear" }), [10, 9.5, 8.5, 8]);
    assert.deepEqual(up({ way: "bilinear", alignCorners: true }).map((x) => Math.round(x * 3)), [30, 28, 26, 24]);
    assert.throws(() => up({ way: "max" }), { parameter: "indices" });
    assert.throws(() => up({ way: "nearest", indices }), { parameter: "indices" });
    assert.throws(() => up({ way: "nearest", layer }), { parameter: "layer" });
    assert.throws(() => up({ way: "cubic" }), { parameter: "way" });
  });
});

describe("measures", () => {
  test("statistics, differences and what is left of a picture", () => {
    const { psnr, energyKept, ...numbers } = core.statistics(Float32Array.of(0, 10, 8, 0), Float32Array.of(0, 10, 8, 8));
    assert.deepEqual(numbers, { finite: 4, others: 0, min: 0, max: 10, mean: 4.5, energy: 164 });
    near(psnr, 10 * Math.log10(100 / 16));
    near(energyKept, 164 / 228);
    assert.deepEqual(core.difference(Float32Array.of(3, 1), Float32Array.of(1, 4)), Float32Array.of(2, -3));
    assert.throws(() => core.difference(Float32Array.of(1), Float32Array.of()), { kind: "shape" });
  });

  test("a layer moves along with shifts by whole strides, and blur more evenly in between", () => {
    const { data, shape } = core.pattern({ name: "checkerboard", height: 16, width: 16, frequency: 3 });
    const change = (layer, shift) => core.shiftChange(data, { shape, kernelSize: 2, ...layer }, { shift });
    assert.equal(change({ method: "max" }, [2, -4]), 0);
    assert.ok(change({ method: "max" }, [0, 1]) > 0.1);
    assert.ok(change({ method: "max-blur", filterSize: 3 }, [0, 1]) < change({ method: "max" }, [0, 1]));
    assert.throws(() => change({ method: "max" }, [1]), { parameter: "shift" });
    assert.throws(() => change({ method: "max" }, [0.5, 1]), { parameter: "shift" });
  });
});
