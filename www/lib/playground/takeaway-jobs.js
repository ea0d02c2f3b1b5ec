// What the worker does for files: the numbers of a stage, as NumPy's and as a table of text.

/** @typedef {import("./panel-jobs.js").Kept} Kept */
/** @typedef {typeof import("./core.js")} Core */

/** All planes of a stage as a .npy file, shaped (planes, height, width), or (height, width) where there is one. @param {Core} core @param {readonly Kept[]} kept @param {{ stage: number }} options */
export function npyOf(core, kept, { stage }) {
  const { maps, shape } = kept[stage];
  return core.writeNpy(maps.read(), shape[0] === 1 ? shape.slice(1) : [...shape]);
}

/** A stage as comma-separated values, a line for each row; planes have an empty line between them. @param {Core} _core @param {readonly Kept[]} kept @param {{ stage: number }} options */
export function csvOf(_core, kept, { stage }) {
  const { maps, shape: [planes, height, width] } = kept[stage];
  const numbers = maps.read();
  const row = (/** @type {number} */ at) => Array.from(numbers.subarray(at * width, (at + 1) * width), exact).join(",");
  return Array.from({ length: planes }, (_, plane) => Array.from({ length: height }, (_, line) => row(plane * height + line)).join("\n")).join("\n\n") + "\n";
}

/** The shortest decimal number that float32 reads as this one. @param {number} value */
function exact(value) {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
