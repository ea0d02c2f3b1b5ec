// Runs the npm package's network over samples and prints its answers as a JSON list.
//   node evaluate.mjs NETWORK.safetensors SAMPLES
// SAMPLES has the values of one sample after the other, little-endian in f32.
import { readFileSync } from "node:fs";
import init, { Network } from "../../dist/npm/lib/networks.js";

const [network, path] = process.argv.slice(2);
await init();
const net = Network.fromBytes(readFileSync(network));
const size = net.inputShape.reduce((product, extent) => product * extent);
const file = readFileSync(path);
const samples = new Float32Array(file.buffer, file.byteOffset, file.length / Float32Array.BYTES_PER_ELEMENT);
if (samples.length % size !== 0) throw new Error(`${path} has ${samples.length} values: a sample has ${size}`);
const answers = [];
for (let at = 0; at < samples.length; at += size) {
  const probabilities = net.classify(samples.subarray(at, at + size));
  answers.push(probabilities.indexOf(Math.max(...probabilities)));
}
console.log(JSON.stringify(answers));
