// What rows run with: our module, started, the peers where they are installed, and how large the work is.
import { opencv } from "../peers/opencv.mjs";
import { ort } from "../peers/ort.mjs";
import { tfjs } from "../peers/tfjs.mjs";

/** A quick run divides extents above `LARGE` by `LESS`. */
const [LARGE, LESS] = [96, 8];

/**
 * @param {object} options
 * @param {string} options.core the address of our package's folder
 * @param {string} [options.peers] the address of the folder with npm's packages; without it, rows run without peers
 * @param {boolean} [options.quick] whether the work is made smaller: to see that rows run
 */
export async function start({ core, peers, quick = false }) {
  const entries = ["core", "networks", "training"].map((entry) => import(new URL(`lib/${entry}.js`, core).href));
  const [ours, networks, learning] = await Promise.all(entries);
  await Promise.all([ours.default(), networks.default(), learning.default()]);
  /** The shape that a row works on, of the one that it names. @param {number[]} shape */
  const sized = (shape) => (quick ? shape.map((extent) => (extent > LARGE ? Math.round(extent / LESS) : extent)) : shape);
  if (!peers) return { core: ours, networks, learning, sized, peers: {} };
  const modules = new URL(peers);
  return { core: ours, networks, learning, sized, peers: { tfjs: await tfjs(modules), ort: await ort(modules), opencv: await opencv(modules) } };
}
