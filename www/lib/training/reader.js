// Reads drawn digits with a network that was just trained.
import init, { Network, prepareDigit } from "../networks.js";
import { serve } from "../serve.js";

/** @typedef {{ probabilities: number[], labels: string[] } | { probabilities: null }} Read  nothing where nothing is drawn */

/**
 * @param {{ file: Uint8Array }} options  the network's
 * @param {ImageData} ink
 * @returns {Read}
 */
function read({ file }, ink) {
  const input = prepareDigit(ink);
  if (input.every((value) => value === 0)) return { probabilities: null };
  const network = Network.fromBytes(file);
  const result = { probabilities: [...network.classify(input)], labels: network.labels };
  network.free();
  return result;
}

serve(init, { read });
