// The words of a sentence in another order, more or fewer of them. Where words are written, the core says.

/** @typedef {readonly { start: number, end: number }[]} Places */

/** The words of a text, and what stands around them. @param {string} text @param {Places} words */
function apart(text, words) {
  const ends = [0, ...words.map(({ end }) => end)];
  const starts = [...words.map(({ start }) => start), text.length];
  return { words: words.map(({ start, end }) => text.slice(start, end)), between: starts.map((start, at) => text.slice(ends[at], start)) };
}

/** @param {string[]} words @param {string[]} between */
const together = (words, between) => between.map((gap, at) => gap + (words[at] ?? "")).join("");

/** One word elsewhere; marks and blanks stay where they are. @param {string} text @param {Places} places @param {number} from @param {number} to */
export function moved(text, places, from, to) {
  const { words, between } = apart(text, places);
  words.splice(to, 0, ...words.splice(from, 1));
  return together(words, between);
}

/** All words in another order. @param {string} text @param {Places} places @param {(words: string[]) => string[]} order */
export function ordered(text, places, order) {
  const { words, between } = apart(text, places);
  return together(order(words), between);
}

/** A word once more after itself. @param {string} text @param {Places} places @param {number} at */
export function repeated(text, places, at) {
  const { start, end } = places[at];
  return `${text.slice(0, end)} ${text.slice(start, end)}${text.slice(end)}`;
}

/** Without a word, and without the blank before or after it. @param {string} text @param {Places} places @param {number} at */
export function without(text, places, at) {
  const { start, end } = places[at];
  const [before, after] = [text.slice(0, start), text.slice(end)];
  return (/\s$/.test(before) || before === "" ? before + after.replace(/^\s/, "") : before + after).trim();
}
