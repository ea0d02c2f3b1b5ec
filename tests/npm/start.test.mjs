// How the core starts in Node: once, and again after a start that failed.
import assert from "node:assert/strict";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import init, { pool } from "deep-end";
import * as surface from "deep-end";
import * as networks from "deep-end/networks";
import * as training from "deep-end/training";

test("every start is the same promise", async () => {
  const first = init();
  assert.equal(init(), first);
  await first;
  assert.equal(init(), first);
});

for (const [module, entry, known] of [["deep_end", surface, "pool"], ["networks", networks, "Network"], ["training", training, "Training"]]) {
  test(`everything of the generated module ${module} is handed on`, async () => {
    const generated = await import(new URL(`../pkg/${module}.js`, import.meta.resolve("deep-end")));
    const names = Object.keys(generated).filter((name) => name !== "default");
    assert.ok(names.includes(known));
    for (const name of names) assert.equal(entry[name], generated[name], name);
  });
}

test("each module has its own part of the surface", () => {
  for (const [one, other] of [[surface, networks], [surface, training], [networks, training]]) {
    const shared = Object.keys(one).filter((name) => name in other);
    assert.deepEqual(shared.sort(), ["default", "initSync"]);
  }
});

test("a worker has a core of its own", async () => {
  const script = `
    const { parentPort } = await import("node:worker_threads");
    const { default: init, pool } = await import("deep-end");
    await init();
    parentPort.postMessage(pool(Float32Array.of(1, 2), { shape: [1, 1, 2], method: "max", kernelSize: 2 }).data[0]);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script.replace('"deep-end"', JSON.stringify(import.meta.resolve("deep-end"))))}`));
  const answer = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  assert.equal(answer, 2);
});

test("a start that failed can be tried again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "deep-end-"));
  try {
    const installed = dirname(dirname(fileURLToPath(import.meta.resolve("deep-end"))));
    const copy = join(folder, "deep-end");
    await cp(installed, copy, { recursive: true });
    const core = await import(pathToFileURL(join(copy, "lib/core.js")));
    const wasm = join(copy, "pkg/deep_end_bg.wasm");
    await rename(wasm, `${wasm}.away`);
    await assert.rejects(core.default(), /deep_end_bg\.wasm/);
    await rename(`${wasm}.away`, wasm);
    await core.default();
    assert.deepEqual(core.pool(Float32Array.of(1, 3), { shape: [1, 1, 2], method: "average", kernelSize: 2 }).data, Float32Array.of(2));
    assert.notEqual(core.pool, pool);
  } finally {
    await rm(folder, { recursive: true });
  }
});
