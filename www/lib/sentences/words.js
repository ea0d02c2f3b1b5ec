// What the words page says about numbers.
import { percent } from "../network/words.js";

/** What something adds to the last label's log-odds: what it gives to that label over what it gives to the first. @param {ArrayLike<number>} byLabel */
export const pullOf = (byLabel) => byLabel[byLabel.length - 1] - byLabel[0];

/** A pull, always with its sign. @param {number} pull */
export const pullText = (pull) => (Math.abs(pull) < 0.005 ? "0.00" : `${pull < 0 ? "−" : "+"}${Math.abs(pull).toFixed(2)}`);

/** The answer in words: `Positive, 98.3 %`. @param {import("./worker.js").Looked} looked */
export function answerText({ labels, reading: { probabilities } }) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return `${labels[best][0].toUpperCase()}${labels[best].slice(1)}, ${percent(probabilities[best])}`;
}

/** The filters by how much they pull, the strongest first. @param {readonly import("../network/core.js").Evidence[]} filters */
export const byPull = (filters) => [...filters].sort((a, b) => Math.abs(pullOf(b.contributions)) - Math.abs(pullOf(a.contributions)));

/** The filter to show: the chosen one, else the one that pulls most. @param {import("./state.js").Page} state @returns {import("../network/core.js").Evidence | null} */
export function shownFilter({ answer, filter }) {
  if (!answer) return null;
  const { filters } = answer.looked.reading;
  return filters.find((evidence) => evidence.filter === filter) ?? byPull(filters)[0];
}

/** The words that a filter found, as they are written. @param {import("./state.js").Answered} answer @param {import("../network/core.js").Evidence} evidence */
export function foundText({ text, looked: { reading } }, { words: [from, to], value }) {
  if (value === 0) return "nothing";
  if (from === to) return "empty places";
  return `“${text.slice(reading.words[from].start, reading.words[to - 1].end)}”`;
}

/** Escaped for markup. @param {string} text */
export const escaped = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
