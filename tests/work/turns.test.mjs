// How often loops turn for one output cell, in a module that counts it: no clock, so the same on every machine. A kernel
// that lost its lanes, or whose work grows with the window again, turns several times as often.
// `DEEP_END_BLESS=1 cargo xtask test` writes what is counted now, for a change of the kernels that is meant.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

const COUNTED = pathToFileURL(`${process.env.DEEP_END_COUNTED}/`);
const GOLDEN = new URL("turns.json", import.meta.url);

/** Compilers unroll differently; what is lost by accident is more. */
const ROOM = 1.25;

const WINDOWS = [[2, 2, 0], [3, 2, 1], [3, 1, 1], [7, 1, 3], [31, 1, 15], [63, 1, 31]];
const SMALL = [[2, 2, 0], [3, 1, 1]];

let turns = 0;
let core;

before(async () => {
  const { instantiate } = WebAssembly;
  const GLUE = ["./deep_end_bg.js", "./networks_bg.js"];
  WebAssembly.instantiate = (module, imports) => {
    const glue = GLUE.find((name) => imports?.[name]);
    const counted = glue && { ...imports, [glue]: { ...imports[glue], log_execution: () => { turns += 1; } } };
    return instantiate(module, counted ?? imports);
  };
  core = await import(new URL("lib/core.js", COUNTED));
  await core.default();
});

/** The turns of a second call: the first may prepare something. */
function count(call) {
  call();
  turns = 0;
  call();
  return turns;
}

const cells = (shape) => shape.reduce((product, extent) => product * extent, 1);
/** From −2 to 3: exponentials of large ones go another way. */
const numbers = (shape) => Float32Array.from({ length: cells(shape) }, (_, at) => ((at * 7919) % 1009) / 200 - 2);

/** For one output cell. */
function pooling(options, indices = false) {
  const layer = new core.PoolLayer(options);
  const [x, y] = [options.shape, layer.outputShape].map((shape) => new core.FeatureMaps(numbers(shape), shape));
  const places = new Int32Array(cells(layer.outputShape));
  return count(() => (indices ? layer.runWithIndices(x, y, places) : layer.run(x, y))) / places.length;
}

function measured() {
  const found = {};
  const one = (method, windows, extent, more = {}, indices = false) => {
    for (const [kernelSize, stride, padding] of windows) {
      const name = `${method}${indices ? " with indices" : ""} k${kernelSize} s${stride}`;
      found[name] = pooling({ shape: [1, 1, extent, extent], method, kernelSize, stride, padding, ...more }, indices);
    }
  };
  for (const method of ["max", "min", "average"]) one(method, WINDOWS, 256);
  one("max", SMALL, 128, {}, true);
  one("lp", SMALL, 128, { normType: 2 });
  for (const method of ["softpool", "median"]) one(method, SMALL, 128);
  one("stochastic", SMALL, 128, { seed: 1 });
  found["max k3 s1, dilation 2"] = pooling({ shape: [1, 1, 256, 256], method: "max", kernelSize: 3, stride: 1, padding: 2, dilation: 2 });
  found["average k3 s1, dilation 20"] = pooling({ shape: [1, 1, 256, 256], method: "average", kernelSize: 3, stride: 1, padding: 20, dilation: 20 });
  found["max k15 s1, 32 planes of 28 × 28"] = pooling({ shape: [1, 32, 28, 28], method: "max", kernelSize: 15, stride: 1, padding: 7 });
  found["average of whole planes, 128 of 7 × 7"] = pooling({ shape: [1, 128, 7, 7], method: "average", global: true });
  found["average k7 s7"] = pooling({ shape: [1, 1, 256, 256], method: "average", kernelSize: 7 });
  for (const method of ["max", "average"]) found[`${method} of 25 × 25 regions`] = pooling({ shape: [1, 1, 256, 256], method, outputSize: 25 });
  const image = { data: new Uint8ClampedArray(4 * 256 * 256).fill(255), width: 256, height: 256 };
  for (const method of ["max", "average"]) found[`photograph, ${method} k2 s2`] = count(() => core.poolImage(image, { method, kernelSize: 2 })) / 128 ** 2;
  return found;
}

test("loops turn no more often than they did", async () => {
  const found = { ...measured(), "digits network": await digits() };
  if (process.env.DEEP_END_BLESS === "1") {
    const rounded = Object.entries(found).map(([name, value]) => [name, Number(value.toPrecision(3))]);
    await writeFile(GOLDEN, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
  }
  const golden = JSON.parse(await readFile(GOLDEN, "utf8"));
  assert.deepEqual(Object.keys(found), Object.keys(golden), "the cases are others: DEEP_END_BLESS=1 writes them");
  const more = Object.entries(found).filter(([name, value]) => value > ROOM * golden[name]);
  assert.deepEqual(more.map(([name, value]) => `${name}: ${value.toFixed(3)} turns instead of ${golden[name]}`), []);
});

// In a loop over each window's cells it would be 9 times as much with rows first, and 81 times without. Windows of 7 cells
// are merged in registers alone, longer ones in a pass or two more.
test("the work of a large window is not much more than that of a small one", () => {
  const each = (method, kernelSize) => pooling({ shape: [1, 1, 256, 256], method, kernelSize, stride: 1, padding: (kernelSize - 1) / 2 });
  for (const method of ["max", "min", "average"]) assert.ok(each(method, 63) < 4 * each(method, 7), method);
});

async function digits() {
  const { Network } = await import(new URL("lib/networks.js", COUNTED));
  const network = await Network.load(new URL("networks/digits.safetensors", COUNTED));
  return count(() => network.classify(numbers([1, 28, 28]).map((value) => value / 1009)));
}
