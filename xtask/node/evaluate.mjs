// Runs the npm package's network over MNIST's test images and prints its answers as a JSON list.
//   node evaluate.mjs NETWORK.safetensors FOLDER
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import init, { Network } from "../../dist/npm/lib/networks.js";

const UNSIGNED_BYTES_OF_RANK_3 = 0x0803; // the head of MNIST's image files, big-endian

/** The file's bytes, which may be compressed on disk. */
function read(path) {
  return existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
}

function* images(path) {
  const file = read(path);
  const head = file.readUInt32BE(0);
  if (head !== UNSIGNED_BYTES_OF_RANK_3) throw new Error(`${path} begins with ${head}, not with ${UNSIGNED_BYTES_OF_RANK_3}`);
  const [count, height, width] = [4, 8, 12].map((at) => file.readUInt32BE(at));
  const size = height * width;
  if (file.length !== 16 + count * size) throw new Error(`${path} has ${file.length} bytes, not ${16 + count * size}`);
  for (let at = 16; at < file.length; at += size) yield Float32Array.from(file.subarray(at, at + size), (grey) => grey / 255);
}

const [network, data] = process.argv.slice(2);
await init();
const net = Network.fromBytes(readFileSync(network));
const answers = [];
for (const image of images(join(data, "t10k-images-idx3-ubyte"))) {
  const { probabilities } = net.run(image);
  answers.push(probabilities.indexOf(Math.max(...probabilities)));
}
console.log(JSON.stringify(answers));
