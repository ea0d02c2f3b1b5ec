// Owns the networks for sentences, and asks them: the answer to one sentence, and the same words otherwise.
import { serve } from "../serve.js";
import init, { colorize, colorMap, Network } from "../network/core.js";

/** @typedef {import("../network/core.js").SentenceReading} SentenceReading */
/** @typedef {import("./state.js").Column} Column */
/** @typedef {{ text: string, lead: number }} Sentence */
/** @typedef {{ reading: SentenceReading, labels: string[], strips: ImageData[], places: number, length: number, most: number, palette: Uint8Array }} Looked  a strip shows a filter's cells at the first `places` of `length` places, all in one scale up to `most` */
/** @typedef {Sentence & { title: string, max: number, kept: number, average: number, filters: number }} Trial  `max` and `average`: the last label's probability; `filters`: those that answer anywhere in the first row's sentence; `kept`: those of them whose maximum is the same here */

/** A maximum over time, as the file has it, and the mean in its place. */
const FILES = { max: "words.safetensors", average: "words-average.safetensors" };

/** @type {Map<string, Promise<Network>>} */
const networks = new Map();

/** A network; where its file cannot be had, the next request tries again. @param {Column} column @returns {Promise<Network>} */
async function load({ over, weights }) {
  const swapped = over === "average" && weights === "same";
  const key = `${over} ${swapped}`;
  const made = networks.get(key) ?? (swapped ? load({ over: "max", weights: "own" }).then((network) => network.withGlobalPooling({ method: over })) : fetched(FILES[over]));
  networks.set(key, made);
  try {
    return await made;
  } catch (reason) {
    networks.delete(key);
    throw reason;
  }
}

/** @param {string} file */
async function fetched(file) {
  const answer = await fetch(new URL(`../../networks/${file}`, import.meta.url));
  if (!answer.ok) throw new Error(`${file} could not be fetched: the server answered ${answer.status}`);
  return Network.fromBytes(new Uint8Array(await answer.arrayBuffer()));
}

/** @param {Sentence & { column: Column }} asked @returns {Promise<Looked>} */
async function look({ text, lead, column }) {
  const network = await load(column);
  const reading = network.readSentence(text, { lead });
  const length = network.inputShape[2];
  // One place after the last word: its window reads that word too.
  const places = Math.min(length, lead + reading.words.length + 1);
  const most = Math.max(...reading.filters.map(({ cells, place }) => cells[place]));
  const strips = reading.filters.map(({ cells }) => colorize(cells.slice(0, places), places, 1, { map: "deep", min: 0, max: most || 1 }));
  return { reading, labels: network.labels, strips, places, length, most, palette: colorMap("deep") };
}

/** @param {{ sentences: (Sentence & { title: string })[] }} asked @returns {Promise<Trial[]>} */
async function trials({ sentences }) {
  const [max, average] = await Promise.all([load({ over: "max", weights: "own" }), load({ over: "average", weights: "own" })]);
  const last = max.labels.length - 1;
  const readings = sentences.map(({ text, lead }) => max.readSentence(text, { lead }));
  return sentences.map((sentence, row) => {
    const { filters, probabilities } = readings[row];
    const answering = readings[0].filters.filter(({ value }) => value > 0);
    const kept = answering.filter(({ filter, value }) => filters[filter].value === value).length;
    const mean = average.readSentence(sentence.text, { lead: sentence.lead });
    return { ...sentence, max: probabilities[last], kept, average: mean.probabilities[last], filters: answering.length };
  });
}

serve(init, { look, trials });
