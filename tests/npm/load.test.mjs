// Network.load: from a server and from a file, and what it says where there is no network.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Network } from "deep-end/networks";

/** Writes a network as a safetensors file: one linear layer of the input's two values, weights 1 and 2, biases 0 and 0. */
function network() {
  const layers = [{ name: "flat", type: "flatten" }, { name: "l", type: "linear", inFeatures: 2, outFeatures: 2 }];
  const architecture = { inputShape: [1, 1, 2], labels: ["a", "b"], preprocessing: { mean: [0], std: [1] }, layers };
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { deep_end_network: JSON.stringify({ architecture }) },
      "l.weight": { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
      "l.bias": { dtype: "F32", shape: [2], data_offsets: [16, 24] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(Float32Array.of(1, 0, 0, 2, 0, 0).buffer)]);
}

/** @type {import("node:http").Server} */
let server;
let address = "";
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "deep-end-"));
  await writeFile(join(folder, "small.safetensors"), network());
  await writeFile(join(folder, "text.safetensors"), "this is no network");
  server = createServer(async ({ url }, response) => {
    const bytes = await readFile(join(folder, url ?? "")).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  address = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** @param {Network} loaded */
function runs(loaded) {
  assert.deepEqual(loaded.labels, ["a", "b"]);
  const { probabilities, layers } = loaded.run(Float32Array.of(3, 4));
  assert.deepEqual(layers.map(({ name, kind, shape }) => [name, kind, shape]), [["flat", "flatten", [2]], ["l", "linear", [2]]]);
  assert.deepEqual(layers[1].data, Float32Array.of(3, 8));
  assert.ok(Math.abs(probabilities[1] - 1 / (1 + Math.exp(-5))) < 1e-6);
  assert.deepEqual(loaded.classify(Float32Array.of(3, 4)), probabilities);
  assert.throws(() => loaded.classify(Float32Array.of(3)), { kind: "shape", parameter: "image.length" });
  assert.throws(() => loaded.classify(/** @type {any} */ ([3, 4])), { parameter: "image" });
  loaded.free();
}

test("from a server, by text and by URL", async () => {
  runs(await Network.load(`${address}/small.safetensors`));
  runs(await Network.load(new URL(`${address}/small.safetensors`)));
});

test("from a file", async () => {
  const url = pathToFileURL(join(folder, "small.safetensors"));
  runs(await Network.load(url));
  runs(await Network.load(url.href));
});

test("what cannot be fetched is an error about the url", async () => {
  const failed = (url, part) =>
    assert.rejects(Network.load(url), (error) => {
      assert.ok(error instanceof Error);
      assert.deepEqual([error.parameter, error.kind], ["url", "io"]);
      assert.ok(error.message.startsWith(`url is ${url}: could not be fetched: `) && error.message.includes(part), error.message);
      return true;
    });
  await failed(`${address}/none.safetensors`, "status 404");
  await failed(pathToFileURL(join(folder, "none.safetensors")).href, "ENOENT");
  await failed("no address at all", "");
});

test("what is no network is an error about the file", async () => {
  await assert.rejects(Network.load(`${address}/text.safetensors`), { kind: "format", parameter: "safetensors header length" });
});
