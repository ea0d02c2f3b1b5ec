// The playground as the part of its address after the #, and back. The version lets an old link be read for ever.
import { KINDS, startOptions } from "./layers.js";
import { COLOURS, FIRST, FIRST_STACK } from "./state.js";
import { PATTERNS } from "./patterns.js";
import { readValue, writeValue } from "./values.js";
import { readMatrix, writeMatrix } from "./text.js";

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./state.js").Input} Input */
/** @typedef {import("./state.js").Colours} Colours */
/** @typedef {{ input: Input | { kind: "sample", name: string } | { kind: "address", address: string }, stack: readonly Layer[], colours: Colours }} Linked */

const VERSION = "1";
/** Longer addresses are cut by some that pass them on. */
const MOST_TEXT = 6000;
const MOST_LAYERS = 32;
/** Addresses of this site that need no escapes. Whether there is such a file is found when it is opened. */
const ADDRESS = /^[\w./-]{1,500}$/;
const MAPS = ["auto", "deep", "gray", "tide"];

/** A layer as text: its kind, then what differs from how it starts. @param {Layer} layer */
function writeLayer({ kind, options }) {
  const parts = KINDS[kind].parameters.filter(({ key, start }) => JSON.stringify(options[key]) !== JSON.stringify(start));
  return [kind, ...parts.map(({ key }) => `${key}:${writeValue(options[key]).replaceAll(", ", ",")}`)].join(";");
}

/** @param {string} text @returns {Layer["options"] | string} the layer's options, or what is wrong */
function readOptions(text) {
  const [kind, ...parts] = text.split(";");
  if (!Object.hasOwn(KINDS, kind)) return `there is no layer “${kind}”`;
  const options = startOptions(/** @type {Layer["kind"]} */ (kind));
  for (const part of parts) {
    const colon = part.indexOf(":");
    const [key, value] = [part.slice(0, colon), part.slice(colon + 1)];
    const parameter = KINDS[/** @type {Layer["kind"]} */ (kind)].parameters.find((parameter) => parameter.key === key);
    if (!parameter) return `${kind} has no “${key || part}”`;
    if (parameter.type === "flag") {
      if (value !== "true" && value !== "false") return `${key} is “${value}”`;
      options[key] = value === "true";
    } else if (parameter.type === "pick") {
      if (!parameter.choices?.some(([name]) => name === value)) return `${key} is “${value}”`;
      options[key] = value;
    } else {
      const read = readValue(parameter, value);
      if (read.wrong !== undefined) return `${key} is “${value}”`;
      options[key] = read.value;
    }
  }
  return options;
}

/** The input as text; null where it is the visitor's own, or too much for an address. @param {Input} input */
function writeInput(input) {
  if (input.kind === "pattern") return ["pattern", input.name, input.height, input.width, input.frequency, input.seed].join(";");
  if (input.kind === "photo" && input.address) return ADDRESS.test(input.address) ? `address;${input.address}` : null;
  if (input.kind === "photo") return input.own ? null : `photo;${input.name}`;
  if (input.kind !== "matrix") return null;
  const text = `matrix;${writeMatrix(input.planes).replaceAll(/, ?/g, ",").replaceAll("\n", input.planes.length === 1 ? "/" : "").replaceAll(" ", "")}`;
  return text.length <= MOST_TEXT ? text : null;
}

/** @param {string} text @param {readonly string[]} photos @returns {Linked["input"] | string} */
function readInput(text, photos) {
  const [kind, ...parts] = text.split(";");
  if (kind === "photo") return photos.includes(parts[0]) ? { kind: "sample", name: parts[0] } : `there is no photograph “${parts[0]}”`;
  if (kind === "address") return ADDRESS.test(parts.join(";")) ? { kind, address: parts.join(";") } : "its picture’s address cannot be read";
  if (kind === "pattern") {
    const [name, ...numbers] = parts;
    const [height, width, frequency, seed] = numbers.map(Number);
    const whole = [height, width, seed].every((value) => Number.isInteger(value) && value >= 0);
    const fits = whole && Number.isFinite(frequency) && height * width <= 16e6 && PATTERNS.some(([known]) => known === name);
    return fits && numbers.length === 4 ? { kind, name, height, width, frequency, seed } : "its pattern cannot be read";
  }
  if (kind !== "matrix") return `there is no input “${kind}”`;
  try {
    return { kind, planes: readMatrix(parts.join(";").replaceAll("/", "\n")) };
  } catch {
    return "its numbers cannot be read";
  }
}

/** What differs from how the page opens. @param {{ input: Input, stack: readonly Layer[], colours: Colours }} state @returns {{ hash: string, whole: boolean }}  `whole`: the input is in it */
export function write({ input, stack, colours }) {
  const parts = new URLSearchParams({ v: VERSION });
  const written = writeInput(input);
  if (written && written !== writeInput(FIRST)) parts.set("input", written);
  const layers = stack.map(writeLayer).join("|");
  if (layers !== FIRST_STACK.map(writeLayer).join("|")) parts.set("stack", layers);
  for (const key of /** @type {const} */ (["plane", "map", "shared"])) if (colours[key] !== COLOURS[key]) parts.set(key, String(colours[key]));
  return { hash: `#${decodeURIComponent(parts.toString()).replaceAll(" ", "")}`, whole: written !== null };
}

/** @param {string} hash @param {readonly string[]} photos @returns {Linked & { damage: string | null }}  as the page opens, and a reason, where the link is damaged */
export function read(hash, photos) {
  const opening = { input: FIRST, stack: FIRST_STACK, colours: COLOURS };
  const text = hash.replace(/^#/, "");
  if (!/[=&]/.test(text)) return { ...opening, damage: null };
  const broken = (/** @type {string} */ damage) => ({ ...opening, damage });
  const parts = new URLSearchParams(text);
  if (parts.get("v") !== VERSION) return broken(`its version is “${parts.get("v") ?? "missing"}”, and this page reads ${VERSION}`);
  const result = /** @type {Linked} */ ({ ...opening });
  for (const [key, value] of parts) {
    if (key === "v") continue;
    if (key === "input") {
      const input = readInput(value, photos);
      if (typeof input === "string") return broken(input);
      result.input = input;
    } else if (key === "stack") {
      const texts = value === "" ? [] : value.split("|");
      if (texts.length > MOST_LAYERS) return broken(`it has ${texts.length} layers; at most ${MOST_LAYERS} are read`);
      const layers = texts.map(readOptions);
      const wrong = layers.find((options) => typeof options === "string");
      if (wrong) return broken(String(wrong));
      result.stack = texts.map((text, at) => ({ id: at + 1, kind: /** @type {Layer["kind"]} */ (text.split(";")[0]), options: /** @type {Layer["options"]} */ (layers[at]) }));
    } else if (key === "map" && MAPS.includes(value)) result.colours = { ...result.colours, map: /** @type {Colours["map"]} */ (value) };
    else if (key === "shared" && (value === "true" || value === "false")) result.colours = { ...result.colours, shared: value === "true" };
    else if (key === "plane" && (value === "all" || /^\d{1,5}$/.test(value))) result.colours = { ...result.colours, plane: value === "all" ? value : Number(value) };
    else return broken(`it sets “${key}” to “${value.slice(0, 40)}”`);
  }
  return { ...result, damage: null };
}
