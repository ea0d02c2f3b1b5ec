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
    return {
      expected: peer.result(),
      candidates: {
        ours: { call: () => (pooled = core.poolImage(image, options)), result: () => pooled.data },
        "memory.copy": copy(5 * width * height),
        JavaScript: peer,
        "tfjs-wasm": tfjs?.poolImage(method, image),
      },
      ratios: [
        { against: "memory.copy", atMost: 2 },
        { against: "JavaScript", atLeast: 1.7 },
        { against: "tfjs-wasm", atLeast: 15 },
      ],
    };
  },
}));
