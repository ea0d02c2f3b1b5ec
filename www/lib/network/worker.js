// Owns networks, and draws what their layers give: one answer to the whole state of the page.
import { serve } from "../serve.js";
import { strongest } from "./cells.js";
import init, { colorize, colorMap, Network, prepareDigit } from "./core.js";

/** @typedef {import("./core.js").Trace} Trace */
/** @typedef {{ file: string, swap: Readonly<Record<string, unknown>> | null, bytes?: Uint8Array }} Source  a network's file, and another rule of pooling to put into it; `bytes` of a file that is not among the page's */
/** @typedef {{ sources: Source[], digit: boolean, disturbance: { shift: [number, number], noise: number, seed: number, patch: import("./state.js").Patch | null }, cell: import("./state.js").Cell | null, path: boolean }} Asked  `path`: the layers are drawn as contributions too */

/**
 * A layer and what it gave. `image` holds its maps one below the other, `path` the same maps as contributions to the cell.
 * @typedef {{ name: string, kind: string, shape: number[], parameters: number, multiplyAdds: number, pooling: Record<string, unknown> | null, channels: number, height: number, width: number, values: Float32Array, image: ImageData, path: ImageData | null, signed: boolean, min: number, max: number, moved: number | null }} Layer
 */
/** @typedef {Omit<Trace, "maps" | "pixels"> & { cell: import("./state.js").Cell, heat: ImageData, most: number, before: { channel: number, width: number, height: number, values: Float32Array } | null }} Found  the path of a cell */
/** @typedef {{ labels: string[], probabilities: Float32Array, milliseconds: number, layers: Layer[], found: Found, data: string }} Answer  `data`: what its weights were trained on */
/** @typedef {{ seen: ImageData | null, answers: Answer[], palettes: { deep: Uint8Array, tide: Uint8Array } }} Looked  `seen` as it is given to the network; nothing where nothing is drawn */
/** @typedef {{ shifts: number[], columns: { labels: string[], best: number, probabilities: number[], layers: { name: string, kind: string, shape: number[], moved: (number | null)[] }[] }[] }} Curve */
/** @typedef {{ maps: { label: string, plain: number, least: number, most: number, image: ImageData }[], size: number, palette: Uint8Array }} Covered */

/** @type {Map<string, Promise<Network>>} */
const networks = new Map();

/** A network with another pooling, if asked. Where a file cannot be had, the next request tries again. @param {Source} source @returns {Promise<Network>} */
async function load({ file, swap, bytes }) {
  const key = `${file} ${JSON.stringify(swap)}`;
  const made = networks.get(key) ?? (swap ? load({ file, swap: null, bytes }).then((network) => network.withPooling(swap)) : bytes ? read(bytes) : fetched(file));
  networks.set(key, made);
  try {
    return await made;
  } catch (reason) {
    networks.delete(key);
    throw reason;
  }
}

/** @param {Uint8Array} bytes */
const read = async (bytes) => Network.fromBytes(bytes);

/** What a network file takes. @param {{ bytes: Uint8Array }} asked */
async function describe({ bytes }) {
  const network = await read(bytes);
  const { inputShape } = network;
  network.free();
  return { inputShape };
}

/** @param {string} file */
async function fetched(file) {
  const answer = await fetch(new URL(`../../networks/${file}`, import.meta.url));
  if (!answer.ok) throw new Error(`${file} could not be fetched: the server answered ${answer.status}`);
  return Network.fromBytes(new Uint8Array(await answer.arrayBuffer()));
}

/** @param {Asked} asked @param {ImageData} subject */
async function prepare({ sources, digit }, subject) {
  const loaded = await Promise.all(sources.map(load));
  return { loaded, input: digit ? prepareDigit(subject) : loaded[0].picture(subject) };
}

/** @param {Asked} asked @param {ImageData} subject @returns {Promise<Looked>} */
async function look(asked, subject) {
  const { loaded, input } = await prepare(asked, subject);
  const palettes = { deep: colorMap("deep"), tide: colorMap("tide") };
  if (asked.digit && input.every((value) => value === 0)) return { seen: null, answers: [], palettes };
  const { shift } = asked.disturbance;
  const given = loaded[0].disturb(input, asked.disturbance);
  const moves = shift.some((by) => by !== 0);
  const runs = loaded.map((network) => {
    const from = performance.now();
    const { probabilities, layers } = network.run(given);
    const milliseconds = performance.now() - from;
    return { network, probabilities, layers, milliseconds, moved: moves ? network.movedAlong(input, shift).layers : [] };
  });
  // One scale for both columns: the same colour is the same value.
  const ranges = runs[0].layers.map((_, at) => range(runs.flatMap(({ layers }) => (layers.at(at) ? [layers[at].data] : []))));
  // Where no cell is chosen, both columns show the one that is strongest in the first.
  const chosen = asked.cell ?? strongest(runs[0].network.layers, runs[0].layers);
  const answers = runs.map(({ network, probabilities, layers, milliseconds, moved }) => {
    const plan = network.layers;
    const cell = placed(chosen, plan) ?? strongest(plan, layers);
    const trace = network.trace(given, cell.layer, flat(cell, plan[cell.layer].shape));
    const drawn = layers.map(({ data }, at) => {
      const [channels, height, width] = extents(plan[at].shape);
      const shown = ranges[at] ?? range([data]);
      const way = trace.maps.at(at + 1)?.contribution;
      return {
        ...plan[at],
        ...{ channels, height, width, values: data, moved: moved[at] ?? null, ...shown },
        image: colorize(data, width, channels * height, { map: shown.signed ? "tide" : "deep", min: shown.min, max: shown.max }),
        path: asked.path && way ? signed(way, width, channels * height).image : null,
      };
    });
    return { labels: network.labels, probabilities, milliseconds, layers: drawn, found: found(trace, cell, layers, network.inputShape), data: network.origin?.data ?? "" };
  });
  return { seen: loaded[0].draw(given), answers, palettes };
}

/** @param {Trace} trace @param {import("./state.js").Cell} cell @param {ReturnType<Network["run"]>["layers"]} layers @param {number[]} input @returns {Found} */
function found({ value, explained, pixels, window }, cell, layers, input) {
  const { image, most } = signed(pixels, input[2], input[1]);
  const source = cell.layer > 0 ? layers[cell.layer - 1] : null;
  const [, height, width] = source ? extents(source.shape) : [1, 1, 1];
  const plane = height * width;
  const values = source?.data.slice(cell.channel * plane, (cell.channel + 1) * plane);
  return { value, explained, window, cell, heat: image, most, before: values ? { channel: cell.channel, width, height, values } : null };
}

/** The cell, if this network has it. @param {import("./state.js").Cell} cell @param {import("./core.js").LayerPlan[]} plan */
function placed(cell, plan) {
  const layer = plan.at(cell.layer);
  const [channels, height, width] = layer ? extents(layer.shape) : [0, 0, 0];
  return cell.channel < channels && cell.row < height && cell.column < width ? cell : null;
}

/** Where a cell lies in its layer's numbers. @param {import("./state.js").Cell} cell @param {number[]} shape */
function flat({ channel, row, column }, shape) {
  const [, height, width] = extents(shape);
  return (channel * height + row) * width + column;
}

/** Channels, height and width: of a list of features, so many of one cell. @param {number[]} shape */
const extents = (shape) => (shape.length === 3 ? shape : [shape[0], 1, 1]);

/** What a layer's colours stand for: with signs, the same distance each way from 0. @param {Float32Array[]} lists */
function range(lists) {
  let [least, most] = [Infinity, -Infinity];
  // A plain loop: with a function a value, this took longer than the network.
  for (const list of lists) {
    for (const value of list) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (least >= 0) return { signed: false, min: 0, max: most };
  const far = Math.max(-least, most);
  return { signed: true, min: -far, max: far };
}

/** Numbers with signs as a picture, 0 in the neutral middle. @param {Float32Array} values @param {number} width @param {number} height */
function signed(values, width, height) {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return { most, image: colorize(values, width, height, { map: "tide", min: -most, max: most }) };
}

/** Which label the first network answers: both columns are asked about it. @param {Network} network @param {Float32Array} input */
function answerOf(network, input) {
  const probabilities = network.classify(input);
  return probabilities.indexOf(Math.max(...probabilities));
}

/** How far the sweep moves the picture each way. */
const FARTHEST = 8;

/** The answer and every layer under shifts to the right. @param {Asked} asked @param {ImageData} subject @param {(done: number) => void} report @returns {Promise<Curve>} */
async function sweep(asked, subject, report) {
  const { loaded, input } = await prepare(asked, subject);
  const shifts = Array.from({ length: 2 * FARTHEST + 1 }, (_, at) => at - FARTHEST);
  const best = answerOf(loaded[0], input);
  const columns = loaded.map((network, column) => {
    const runs = shifts.map((by, at) => {
      report((column + at / shifts.length) / loaded.length);
      return network.movedAlong(input, [0, by]);
    });
    const layers = network.layers.map(({ name, kind, shape }, at) => ({ name, kind, shape, moved: runs.map(({ layers }) => layers[at]) }));
    return { labels: network.labels, best, probabilities: runs.map(({ probabilities }) => probabilities[best]), layers };
  });
  return { shifts, columns };
}

/** The answer's probability with a square over each place. @param {Asked & { size: number }} asked @param {ImageData} subject @param {(done: number) => void} report @returns {Promise<Covered>} */
async function cover(asked, subject, report) {
  const { loaded, input } = await prepare(asked, subject);
  const given = loaded[0].disturb(input, { ...asked.disturbance, patch: null });
  const { size } = asked;
  const [, height, width] = loaded[0].inputShape;
  const best = answerOf(loaded[0], given);
  const maps = [];
  for (const [index, network] of loaded.entries()) {
    const before = network.classify(given);
    const map = new Float32Array(height * width);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const patch = { place: /** @type {[number, number]} */ ([row - (size >> 1), column - (size >> 1)]), size };
        map[row * width + column] = network.classify(network.disturb(given, { patch }))[best];
      }
      report((index + (row + 1) / height) / loaded.length);
    }
    const [least, most] = [map.reduce((a, b) => Math.min(a, b)), map.reduce((a, b) => Math.max(a, b))];
    maps.push({ label: network.labels[best], plain: before[best], least, most, image: colorize(map, width, height, { map: "deep", min: 0, max: 1 }) });
  }
  return { maps, size, palette: colorMap("deep") };
}

serve(init, { look, sweep, cover, describe });
