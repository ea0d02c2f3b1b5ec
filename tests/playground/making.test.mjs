// Stages made some cells at a time: parts, bands and ways up against the whole, and how much is read for them.
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

/** Two planes of 40 × 30. */
const SHAPE = [1, 2, 40, 30];
const X = Float32Array.from({ length: 2400 }, (_, at) => ((at * 7919) % 257) - 60);
const STAGES = [
  { pool: { method: "max", kernelSize: 3, stride: 2, padding: 1 } },
  { pool: { method: "stochastic", kernelSize: 5, stride: 1, padding: 2, seed: 3 } },
  { pool: { method: "max-blur", kernelSize: 2, stride: 2, filterSize: 4 } },
  { pool: { method: "average", outputSize: [7, 9], fractional: "random", seed: 5 } },
  { filter: { kernel: [1, 2, 1, 0, 0, 0, -1, -2, -1], border: "zero" } },
  { relu: true },
];
const name = (stage) => JSON.stringify(stage);

/** All of a stage, so many cells at a time. */
function made(maps, stage, cells, pooled = null, shape = SHAPE) {
  const maker = new core.StageMaker(maps, { ...stage, shape }, pooled);
  const parts = [];
  do parts.push(maker.step(cells)); while (parts.at(-1) < 1);
  assert.ok(parts.every((part, at) => part > (parts[at - 1] ?? 0)), `${parts} grow`);
  const extents = [...maker.extents];
  return { result: maker.finish(), extents };
}

describe("a stage in bands", () => {
  test("is the stage, and knows its ends", () => {
    const maps = new core.FeatureMaps(X, SHAPE);
    for (const stage of STAGES) {
      const whole = stage.pool ? core.pool(X, { ...stage.pool, shape: SHAPE }).data : stage.filter ? core.filter(X, { shape: SHAPE, ...stage.filter }).data : core.relu(X, { shape: SHAPE }).data;
      // Pieces of a row, a few rows, all of them.
      for (const cells of [4, 100, 1e6]) {
        const { result, extents } = made(maps, stage, cells);
        assert.deepEqual(result.read(), whole, `${name(stage)}, ${cells} cells at a time`);
        const half = whole.length / 2;
        assert.deepEqual(extents, [0, 1].flatMap((plane) => [Math.min(...whole.subarray(plane * half, (plane + 1) * half)), Math.max(...whole.subarray(plane * half, (plane + 1) * half))]));
        result.free();
      }
    }
    maps.free();
  });

  test("goes back up as unpool does", () => {
    const whole = new core.FeatureMaps(X, SHAPE);
    for (const layer of [{ method: "max", kernelSize: 3, stride: 2, padding: 1 }, { method: "max", kernelSize: 2, stride: 3 }]) {
      const { data, shape, indices } = core.pool(X, { ...layer, shape: SHAPE, returnIndices: true });
      const y = data.map((cell) => cell / 3);
      const maps = new core.FeatureMaps(y, shape);
      const ways = [[{ way: "nearest", outputSize: [2 * shape[2], 3 * shape[3]] }, {}], [{ way: "bilinear", outputSize: [2 * shape[2], 3 * shape[3]] }, {}], [{ way: "average", outputSize: [40, 30], layer }, { layer }], [{ way: "max", outputSize: [40, 30], layer }, { indices }]];
      for (const [{ layer, ...how }, beside] of ways) {
        const wanted = core.unpool(y, { ...how, shape, ...beside }).data;
        const up = { up: layer ? { ...how, layer } : how };
        for (const cells of [4, 100, 1e6]) {
          const { result } = made(maps, up, cells, how.way === "max" ? whole : null, shape);
          assert.deepEqual(result.read(), wanted, `${name(up)}, ${cells} cells at a time`);
          const { data, first, every, shape: [, , tall, wide] } = core.sampleStage(maps, { ...up, shape }, { most: [5, 6], mostCells: 1e6 }, whole);
          const [, , height, width] = result.shape;
          data.forEach((cell, at) => assert.equal(cell, wanted[(Math.floor(at / (tall * wide)) * height + first[0] + (Math.floor(at / wide) % tall) * every[0]) * width + first[1] + (at % wide) * every[1]]));
          result.free();
        }
      }
      const asked = { ...ways[3][0] };
      assert.throws(() => made(maps, { up: asked }, 1, null, shape), { parameter: "pooled" });
      assert.throws(() => made(maps, { up: { way: "average", outputSize: [39, 30] } }, 1, null, shape), { parameter: "outputSize" });
      maps.free();
    }
    const mean = new core.FeatureMaps(X, SHAPE);
    const larger = new core.FeatureMaps(new Float32Array(9600), [1, 2, 80, 60]);
    assert.throws(() => made(mean, { up: { way: "max", outputSize: [80, 60], layer: { method: "average", kernelSize: 2 } } }, 1, larger), /average/);
    for (const maps of [mean, whole, larger]) maps.free();
  });

  test("cannot be taken before it is made, nor asked afterwards", () => {
    const maps = new core.FeatureMaps(X, SHAPE);
    const maker = new core.StageMaker(maps, { shape: SHAPE, relu: true });
    maker.step(1);
    assert.throws(() => maker.finish(), { message: "StageMaker is unfinished: must have made all cells" });
    assert.throws(() => maker.step(1), { message: "StageMaker is freed: must not be used after free()" });
    assert.throws(() => new core.StageMaker(maps, { shape: SHAPE }), { message: "pool is missing: must be given, or filter, relu or up" });
    assert.throws(() => new core.StageMaker(maps, { shape: [1, 2, 4], relu: true }), { message: "shape is [1, 2, 4]: a stage takes N, C, height and width" });
    const late = new core.StageMaker(maps, { shape: SHAPE, relu: true });
    maps.free();
    assert.throws(() => late.step(1), { parameter: "x" });
  });
});

describe("a stage from afar", () => {
  test("has cells of the whole", () => {
    const maps = new core.FeatureMaps(X, SHAPE);
    for (const stage of STAGES) {
      const { result } = made(maps, stage, 1e6);
      const whole = result.read();
      for (const how of [{ most: [5, 6], mostCells: 1e6 }, { most: [99, 99], mostCells: 300 }, { part: [0.2, 0.5, 0.4, 0.9], most: [99, 99], mostCells: 1e6 }]) {
        const { data, shape: [, planes, tall, wide], outputShape: [, , height, width], first, every, cells } = core.sampleStage(maps, { ...stage, shape: SHAPE }, how);
        assert.ok(cells <= how.mostCells || tall * wide === 1, `${name(stage)}: ${cells} cells read`);
        assert.ok(tall <= how.most[0] && wide <= how.most[1]);
        for (let plane = 0, at = 0; plane < planes; plane++) {
          for (let row = 0; row < tall; row++) {
            for (let column = 0; column < wide; column++, at++) {
              const [down, across] = [first[0] + row * every[0], first[1] + column * every[1]];
              assert.equal(data[at], whole[(plane * height + down) * width + across], `${name(stage)} ${JSON.stringify(how)}`);
            }
          }
        }
      }
      result.free();
    }
    maps.free();
  });

  test("through several layers has cells of the last", () => {
    const maps = new core.FeatureMaps(X, SHAPE);
    const [first, ...then] = [{ filter: { kernel: [0, -1, 0, -1, 5, -1, 0, -1, 0] } }, { relu: true }, { pool: { method: "stochastic", kernelSize: 3, stride: 2, seed: 4 } }, { up: { way: "bilinear", outputSize: [50, 60] } }];
    let last = new core.FeatureMaps(X, SHAPE);
    for (const kind of [first, ...then]) last = made(last, kind, 1e6, null, [...last.shape]).result;
    const whole = last.read();
    for (const how of [{ most: [7, 9], mostCells: 1e6 }, { most: [99, 99], mostCells: 3000 }, { part: [0.2, 0.5, 0.4, 0.9], most: [99, 99], mostCells: 1e6 }]) {
      const { data, shape: [, , tall, wide], first: corner, every, cells } = core.sampleStage(maps, { ...first, shape: SHAPE }, { ...how, then });
      assert.ok(cells <= how.mostCells || tall * wide === 1, `${cells} cells read`);
      data.forEach((cell, at) => assert.equal(cell, whole[(Math.floor(at / (tall * wide)) * 50 + corner[0] + (Math.floor(at / wide) % tall) * every[0]) * 60 + corner[1] + (at % wide) * every[1]]));
    }
    maps.free();
  });

  test("of twelve million pixels reads no more than it is allowed, however large the window", () => {
    const shape = [1, 1, 3000, 4000];
    const maps = new core.FeatureMaps(new Float32Array(12e6), shape);
    for (const [kernelSize, stride] of [[2, 2], [3, 2], [31, 31], [31, 1], [301, 1]]) {
      for (const method of ["max", "stochastic"]) {
        const seed = method === "stochastic" ? { seed: 1 } : {};
        const { cells } = core.sampleStage(maps, { shape, pool: { method, kernelSize, stride, ...seed } }, { most: [225, 300], mostCells: 1_200_000 });
        assert.ok(cells > 150_000 && cells <= 1_200_000, `${method} ${kernelSize}, ${stride}: ${cells}`);
      }
    }
    maps.free();
  });

  test("is refused where it is none", () => {
    const maps = new core.FeatureMaps(X, SHAPE);
    const stage = { shape: SHAPE, relu: true };
    assert.throws(() => core.sampleStage(maps, stage, { most: [1], mostCells: 9 }), { message: "most is [1]: must be how many rows and columns" });
    assert.throws(() => core.sampleStage(maps, stage, { part: [0, 0, 2, 1], most: [1, 1], mostCells: 9 }), { message: "part is [0, 0, 2, 1]: must be from 0 to 1, parts of the whole" });
    assert.throws(() => core.sampleStage(X, stage, { most: [1, 1], mostCells: 9 }), { parameter: "x" });
    maps.free();
  });
});

test("a line's words are compared at once, however large the picture", () => {
  const shape = [1, 1, 3000, 4000];
  const layer = { shape, method: "lp", normType: 3, kernelSize: 3, stride: 1, padding: 1 };
  const { source } = core.writeDialects({ ...layer, padding: 0 }).find(({ dialect }) => dialect === "Rust");
  assert.match(source, /lp\(3/);
  const { count, cells } = core.dialectDifferences("nn.AvgPool2d(3, stride=1, padding=1)", { dialect: "ONNX", shape, most: 3 });
  // The frame, whose windows see padding.
  assert.deepEqual([count, cells.length], [2 * 3000 + 2 * 4000 - 4, 3]);
});

test("a stage's windows, in lists of numbers", () => {
  const { shape, axes } = core.stageGeometry({ shape: [1, 1, 7, 5], pool: { method: "max", kernelSize: 3, stride: 2, padding: 1 } });
  assert.deepEqual(shape, [1, 1, 4, 3]);
  assert.deepEqual([axes[0].starts, axes[0].lengths, axes[0].padding], [Uint32Array.of(0, 1, 3, 5), Uint32Array.of(2, 3, 3, 2), [1, 1]]);
  const subsampled = core.stageGeometry({ shape: [1, 1, 7, 5], pool: { method: "subsample", kernelSize: 1, stride: 3 } }).axes[0];
  assert.deepEqual(subsampled.unread, Uint32Array.of(1, 2, 4, 5));
  const filter = core.stageGeometry({ shape: [1, 1, 7, 5], filter: { kernel: Array(9).fill(1) } }).axes[1];
  assert.deepEqual([filter.starts, filter.lengths], [Uint32Array.of(0, 0, 1, 2, 3), Uint32Array.of(2, 3, 3, 3, 2)]);
});

test("a cell that went back up says what it is made of", () => {
  const y = Float32Array.of(1, 5, 3, 7);
  const up = (way, row, column) => core.explainUp(y, { way, shape: [1, 1, 2, 2], outputSize: [4, 4], cell: [row, column] });
  assert.deepEqual(up("bilinear", 1, 1), {
    value: 2.5,
    formula: "0.563 · 1 + 0.188 · 5 + 0.188 · 3 + 0.063 · 7 = 2.5",
    sources: [[[0, 0], 1, 0.5625], [[0, 1], 5, 0.1875], [[1, 0], 3, 0.1875], [[1, 1], 7, 0.0625]].map(([position, value, weight]) => ({ position, value, weight })),
  });
  assert.equal(up("nearest", 3, 1).formula, "copy of 3 = 3");
  const x = Float32Array.from({ length: 16 }, (_, at) => at);
  const layer = { shape: [1, 1, 4, 4], method: "max", kernelSize: 2 };
  const pooled = (way, cell) => core.explainUp(y, { way, shape: [1, 1, 2, 2], outputSize: [4, 4], cell }, x, layer).formula;
  assert.deepEqual([pooled("max", [1, 1]), pooled("max", [0, 1]), pooled("average", [0, 1])], ["copy of 1 = 1", "no maximum came from here: 0", "copy of 1 = 1"]);
  assert.throws(() => up("deepest", 0, 0), { message: 'way is "deepest": must be max, average, nearest or bilinear' });
});
