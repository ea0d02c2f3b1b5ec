// What is typed into a parameter's field as a value, and back.

/** @typedef {import("./layers.js").Parameter} Parameter */

const whole = (/** @type {string} */ text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
const decimal = (/** @type {string} */ text) => {
  const value = Number(text.replace("−", "-"));
  if (/^[+]?(∞|inf|infinity)$/i.test(text)) return Infinity;
  return text !== "" && Number.isFinite(value) ? value : undefined;
};

/** A list's parts, or undefined where one is none. @param {string} text @param {(part: string) => unknown} read */
function list(text, read) {
  const parts = text.replace(/^[[(]|[\])]$/g, "").split(/\s*[,×x]\s*|\s+/).filter(Boolean).map(read);
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts;
}

/** `1` or `0:1` @param {string} part */
function side(part) {
  const ends = part.split(":").map(whole);
  if (ends.includes(undefined) || ends.length > 2) return undefined;
  return ends.length === 2 ? ends : ends[0];
}

/** The value of a text, or what it should be. @param {Parameter} parameter @param {string} typed @returns {{ value: unknown, wrong?: undefined } | { wrong: string }} */
export function readValue({ type, label }, typed) {
  const text = typed.trim();
  const or = (/** @type {unknown} */ value, /** @type {string} */ what) => (value === undefined ? { wrong: `${label} takes ${what}.` } : { value });
  if (type === "whole") return or(whole(text), "a whole number, 0 or above");
  if (type === "decimal") return or(decimal(text), "a number");
  if (type === "numbers") return or(list(text, decimal), "numbers with commas between");
  const axes = list(text, type === "cells" ? whole : side);
  if (!axes || axes.length > 2) return { wrong: type === "cells" ? `${label} takes a whole number, or two: rows, columns.` : `${label} takes a whole number, two (rows, columns), or before:after for each, as 0:1, 0:1.` };
  const [rows, columns = rows] = axes;
  const even = JSON.stringify(rows) === JSON.stringify(columns) && !Array.isArray(rows);
  return { value: even ? rows : [rows, columns] };
}

/** @param {unknown} value */
export function writeValue(value) {
  if (!Array.isArray(value)) return String(value).replace("Infinity", "∞");
  return value.map((part) => (Array.isArray(part) ? part.join(":") : String(part))).join(", ");
}

/** The value one step further, where it can be stepped. @param {Parameter} parameter @param {unknown} value @param {number} by */
export function stepped({ type }, value, by) {
  const next = (/** @type {unknown} */ number) => (typeof number === "number" ? Math.max(0, Math.round((number + by * (type === "decimal" ? 0.5 : 1)) * 1000) / 1000) : number);
  if (type === "numbers") return value;
  return Array.isArray(value) ? value.map((part) => (Array.isArray(part) ? part.map(next) : next(part))) : next(value);
}
