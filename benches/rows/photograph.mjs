// A photograph, from ImageData to ImageData (in Node, objects of its form).
import { picture } from "../harness/data.mjs";
import { copy } from "../peers/copy.mjs";
import { picturesInJavaScript } from "../peers/pictures.mjs";

const [WIDTH, HEIGHT] = [4000, 3000];

/** @type {import("../harness/bench.mjs").Row[]} */
export const PHOTOGRAPH = (/** @type {const} */ (["max", "average"])).map((method) => ({
  name: `${method} k2 s2, RGBA8 ${WIDTH}×${HEIGHT}`,
  setUp({ core, sized, peers: { tfjs } }) {
    const [width, height] = sized([WIDTH, HEIGHT]).map((/** @type {number} */ extent) => extent & ~1);
    const image = picture(width, height);
    const options = { method, kernelSize: 2 };
    const peer = picturesInJavaScript(method, image);
    peer.call();
    let pooled = image;
    const out = new Uint8ClampedArray(width * height);
    return {
      expected: peer.result(),
      candidates: {
        "ours, out given": { call: () => core.poolImage(image, { ...options, out }), result: () => out },
        "ours, fresh result": { call: () => (pooled = core.poolImage(image, options)), result: () => pooled.data },
        "memory.copy": copy(5 * width * height),
        JavaScript: peer,
        "tfjs-wasm": tfjs?.poolImage(method, image),
      },
      // Both copy the photograph into the core, part by part. The limit makes nothing new; the peers make a new picture each time.
      ratios: [
        { of: "ours, out given", against: "memory.copy", atMost: 2 },
        { of: "ours, fresh result", against: "memory.copy", atMost: null },
        { of: "ours, fresh result", against: "JavaScript", atLeast: 1.7 },
        { of: "ours, fresh result", against: "tfjs-wasm", atLeast: 15 },
      ],
    };
  },
}));
