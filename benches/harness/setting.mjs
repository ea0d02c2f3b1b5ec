// What rows run with: our module, started, the peers where they are installed, and how large the work is.
import { opencv } from "../peers/opencv.mjs";
import { ort } from "../peers/ort.mjs";
import { tfjs } from "../peers/tfjs.mjs";

/** A quick run divides extents above `LARGE` by `LESS`. */
const [LARGE, LESS] = [96, 8];

/**
 * @param {object} options
 * @param {string} options.core the address of our package's folder
 * @param {string} [options.learning] the address of the module that trains; without it, nothing is trained
 * @param {string} [options.peers] the address of the folder with npm's packages; without it, rows run without peers
 * @param {boolean} [options.quick] whether the work is made smaller: to see that rows run
 */
export async function start({ core, learning: trains, peers, quick = false }) {
  const [ours, networks] = await Promise.all(["core", "networks"].map((entry) => import(new URL(`lib/${entry}.js`, core).href)));
  await Promise.all([ours.default(), networks.default()]);
  const learning = trains && (await import(trains));
  if (trains) await learning.default({ module_or_path: await bytesOf(new URL(trains.replace(/\.js$/, "_bg.wasm"))) });
  /** The shape that a row works on, of the one that it names. @param {number[]} shape */
  const sized = (shape) => (quick ? shape.map((extent) => (extent > LARGE ? Math.round(extent / LESS) : extent)) : shape);
  if (!peers) return { core: ours, networks, learning, sized, peers: {} };
  const modules = new URL(peers);
  return { core: ours, networks, learning, sized, peers: { tfjs: await tfjs(modules), ort: await ort(modules), opencv: await opencv(modules) } };
}

/** Node's fetch reads no files. @param {URL} url */
async function bytesOf(url) {
  if (url.protocol === "file:") return (await import("node:fs/promises")).readFile(url);
  return (await fetch(url)).arrayBuffer();
}
