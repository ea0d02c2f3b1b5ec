// Reads numbers that were typed or pasted: rows of a table (commas, semicolons, tabs or spaces between), or nested lists as
// Python and NumPy print them. Whatever cannot be read has its line and column in the message.

/** Text of more cells than this is no matrix to look at: a `.npy` file is the way. */
const MOST_CELLS = 1_000_000;

/** Its message is a sentence for the visitor. */
export class Unreadable extends Error {}

/** @typedef {number[][][]} Planes */

const NUMBER = /^[+\-−]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+\-−]?\d+)?|nan|inf(?:inity)?)/i;

/** @param {string} text @param {number} at @param {string} what @returns {never} */
function refuse(text, at, what) {
  const before = text.slice(0, at).split("\n");
  throw new Unreadable(`Line ${before.length}, column ${(before.at(-1) ?? "").length + 1}: ${what}.`);
}

/** What stands at a place, for a message. @param {string} text @param {number} at */
const found = (text, at) => (at >= text.length ? "the text ends here" : `“${text.slice(at).match(/^(?:[\p{L}\p{N}_.]+|[^])/u)?.[0]}” is no number`);

/** @param {string} text @param {number} at @returns {[value: number, end: number]} */
function number(text, at) {
  const match = text.slice(at, at + 64).match(NUMBER)?.[0];
  if (!match || /[\p{L}\p{N}_]/u.test(text[at + match.length] ?? "")) return refuse(text, at, found(text, at));
  const plain = match.replaceAll("−", "-").toLowerCase();
  const value = plain.includes("n") ? (plain.includes("nan") ? NaN : plain.startsWith("-") ? -Infinity : Infinity) : Number(plain);
  return [value, at + match.length];
}

/** @param {string} text @returns {Planes} */
export function readMatrix(text) {
  if (text.trim() === "") throw new Unreadable("There is nothing here yet: type rows of numbers, or paste a table or a list.");
  const start = text.search(/[[(]/);
  const list = start >= 0 && /^\s*[\w.]*\s*$/.test(text.slice(0, start));
  const planes = list ? ofLists(text, text[start] === "(" && text.slice(0, start).trim() ? start + 1 : start) : [ofTable(text)];
  const cells = planes.length * planes[0].length * planes[0][0].length;
  if (cells > MOST_CELLS) throw new Unreadable(`These are ${cells.toLocaleString("en")} numbers; at most ${MOST_CELLS.toLocaleString("en")} can be read from text. Open a .npy file instead.`);
  return planes;
}

/** @param {string} text */
function ofTable(text) {
  /** @type {number[][]} */
  const rows = [];
  let begin = 0;
  for (const line of text.split("\n")) {
    const row = [];
    let at = line.search(/\S/);
    for (let first = true; at >= 0 && at < line.length; first = false) {
      if (!first) {
        const gap = line.slice(at).match(/^\s*[,;]?\s*/)?.[0] ?? "";
        if (gap === "") return refuse(text, begin + at, found(text, begin + at));
        if (at + gap.length >= line.length) break; // a comma or spaces at the line's end
        at += gap.length;
      }
      const [value, end] = number(text, begin + at);
      row.push(value);
      at = end - begin;
    }
    if (row.length > 0) {
      if (rows.length > 0 && row.length !== rows[0].length) return refuse(text, begin, `this row has ${row.length} numbers, the first has ${rows[0].length}`);
      rows.push(row);
    }
    begin += line.length + 1;
  }
  return rows;
}

/** @typedef {number | Nested[]} Nested */

/** @param {string} text @param {number} start  where the outermost list opens */
function ofLists(text, start) {
  let at = start;
  const skip = () => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  /** @type {(depth: number) => Nested[]} */
  const list = (depth) => {
    if (depth > 4) return refuse(text, at, "lists within lists go at most four deep here: N, planes, rows, columns");
    const opened = at++;
    const items = /** @type {Nested[]} */ ([]);
    for (;;) {
      skip();
      if (/[\])]/.test(text[at] ?? "")) break;
      if (items.length > 0 && text[at] === ",") {
        at++;
        skip();
        if (/[\])]/.test(text[at] ?? "")) break;
      }
      const began = at;
      if (/[[(]/.test(text[at] ?? "")) items.push(list(depth + 1));
      else {
        const [value, end] = number(text, at);
        items.push(value);
        at = end;
      }
      const [first, last] = [items[0], items[items.length - 1]];
      if (Array.isArray(first) !== Array.isArray(last)) return refuse(text, began, "numbers and lists are mixed in one list");
      if (Array.isArray(first) && Array.isArray(last) && first.length !== last.length) return refuse(text, began, `this list has ${last.length} entries, the first has ${first.length}`);
    }
    if (items.length === 0) return refuse(text, opened, "this list is empty");
    at++;
    return items;
  };
  const all = list(1);
  skip();
  if (at < text.length && !/^(,\s*\w+\s*=\s*[\w.]+\s*)*\)?;?\s*$/.test(text.slice(at))) return refuse(text, at, "the list is closed, and more follows");
  return shaped(text, start, all);
}

/** @param {string} text @param {number} start @param {Nested} all @returns {Planes} */
function shaped(text, start, all) {
  let depth = 0;
  for (let inner = all; Array.isArray(inner); inner = inner[0]) depth++;
  const nested = /** @type {any} */ (all);
  const planes = depth === 1 ? [[nested]] : depth === 2 ? [nested] : depth === 3 ? nested : nested[0];
  if (depth === 4 && nested.length !== 1) return refuse(text, start, `a list of ${nested.length} images; one is shown`);
  const even = planes.every((/** @type {number[][]} */ plane) => plane.length === planes[0].length && plane.every((row) => row.length === planes[0][0].length));
  return even ? planes : refuse(text, start, "the rows are not all equally long");
}

/** A matrix as text: one plane as a table, several as a list. @param {readonly (readonly (readonly number[])[])[]} planes */
export function writeMatrix(planes) {
  const rows = (/** @type {readonly (readonly number[])[]} */ plane, /** @type {string} */ between) => plane.map((row) => row.map((value) => value.toString().replace("Infinity", "inf").replace("NaN", "nan").replace("e+", "e")).join(between));
  if (planes.length === 1) return rows(planes[0], ", ").join("\n");
  return `[${planes.map((plane) => `[${rows(plane, ", ").map((row) => `[${row}]`).join(",\n  ")}]`).join(",\n ")}]`;
}
