// The page's state as the part of its address after the #, and back. The version lets an old link be read for ever.
import { DEFAULTS, METHODS, WINDOWS } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */

const VERSION = "1";

/** @param {readonly string[]} known */
const oneOf = (known) => (/** @type {string} */ text) => (known.includes(text) ? text : undefined);
const whole = (/** @type {string} */ text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined);
const decimal = (/** @type {string} */ text) => (/^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined);
const flag = (/** @type {string} */ text) => (text === "1" ? true : text === "0" ? false : undefined);

/** Each setting's reader; `undefined` says that the text is no value of it. @type {Record<keyof Settings, (text: string) => unknown>} */
const READERS = {
  method: oneOf(METHODS),
  windows: oneOf(WINDOWS),
  kernelSize: whole,
  stride: whole,
  padding: whole,
  dilation: whole,
  ceilMode: flag,
  countIncludePad: flag,
  normType: decimal,
  outputHeight: whole,
  outputWidth: whole,
};

/**
 * What differs from the defaults, in a fixed order.
 * @param {Settings} settings
 * @param {string | null} photo  a sample's name; a visitor's own photograph stays with the visitor
 */
export function write(settings, photo) {
  const parts = new URLSearchParams({ v: VERSION });
  if (photo) parts.set("photo", photo);
  for (const key of /** @type {(keyof Settings)[]} */ (Object.keys(READERS))) {
    const value = settings[key];
    if (value === DEFAULTS[key] || value === null) continue;
    parts.set(key, typeof value === "boolean" ? (value ? "1" : "0") : String(value));
  }
  return `#${parts}`;
}

/**
 * @param {string} hash
 * @param {readonly string[]} photos  the names of the samples
 * @returns {{ settings: Settings, photo: string | null, damage: string | null }}  all defaults and a reason where the link is damaged
 */
export function read(hash, photos) {
  const intact = { settings: { ...DEFAULTS }, photo: /** @type {string | null} */ (null), damage: null };
  const text = hash.replace(/^#/, "");
  if (text === "" || !/[=&]/.test(text)) return intact;
  const parts = new URLSearchParams(text);
  const broken = (/** @type {string} */ damage) => ({ settings: { ...DEFAULTS }, photo: null, damage });
  if (parts.get("v") !== VERSION) return broken(`its version is “${parts.get("v") ?? "missing"}”, and this page reads ${VERSION}`);
  parts.delete("v");
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const [key, value] of parts) {
    const known = key === "photo" ? oneOf(photos) : Object.hasOwn(READERS, key) ? READERS[/** @type {keyof Settings} */ (key)] : undefined;
    if (!known) return broken(`it sets “${key}”, which this page does not know`);
    found[key] = known(value);
    if (found[key] === undefined) return broken(`it sets ${key} to “${value}”`);
  }
  const { photo = null, ...settings } = found;
  return { ...intact, settings: { ...DEFAULTS, ...settings }, photo: /** @type {string | null} */ (photo) };
}
