// What a TypeScript user writes; it only has to type-check. A line under an expected error must not.
import init, { FeatureMaps, pool, poolImage, PoolLayer, poolGeometry, type ArrayPoolOptions, type Method, type Picture } from "deep-end";
import startNetworks, { Network, prepareDigit } from "deep-end/networks";

const started: Promise<void> = init();
await started;

const method: Method = "average";
const options: ArrayPoolOptions = { shape: [1, 1, 4], method, kernelSize: [2], padding: [[1, 0]] };
const floats: Float32Array = pool(new Float32Array(4), options).data;
const bytes: Uint8Array = pool(new Uint8Array(4), { ...options, method: "max" }).data;
const indices: Int32Array | undefined = pool(floats, { ...options, returnIndices: true }).indices;
const extents: number[] = poolGeometry(options).axes.map((axis) => axis.output);
const into: Float32Array = pool(floats, { ...options, out: new Float32Array(2) }).data;

const layer = new PoolLayer({ shape: [1, 1, 4], method, kernelSize: 2 });
const maps: FeatureMaps = layer.run(new FeatureMaps(floats, [1, 1, 4]));
const copied: Float32Array = maps.read(layer.run(floats));
const places: Int32Array = layer.runWithIndices(maps, maps, indices).indices;

// @ts-expect-error: a layer's out has x's class
layer.run(floats, maps);
// @ts-expect-error: so does pool's
pool(floats, { ...options, out: new Int8Array(2) });
// @ts-expect-error: a layer has runWithIndices instead
new PoolLayer({ shape: [1, 1, 4], method, kernelSize: 2, returnIndices: true });
// @ts-expect-error: no such method
const unknown: Method = "maximum";
// @ts-expect-error: the shape is missing
pool(floats, { method: "max", kernelSize: 2 });
// @ts-expect-error: ordinary arrays are not taken
pool([1, 2], options);

await Promise.all([startNetworks(), started]);
const network: Network = await Network.load("digits.safetensors");
const picture: Picture = { data: new Uint8ClampedArray(4), width: 1, height: 1 };
const pixels: ImageData = poolImage(picture, { method, kernelSize: 1, out: new Uint8ClampedArray(4) });
const probabilities: Float32Array = network.classify(prepareDigit(picture));
const kinds: string[] = network.run(prepareDigit(picture)).layers.map((layer) => layer.kind);

export { bytes, copied, extents, indices, into, kinds, pixels, places, probabilities, unknown };
