// How far a cell sees back through the stack: the part of every earlier stage that it is made of.

/** @typedef {import("./state.js").Stage} Stage */
/** @typedef {import("./maps.js").Rect} Rect */

/** The positions that the windows at `first` to `last` read along one axis; null where they read none. @param {import("./core.js").StageAxis} axis @param {number} first @param {number} last */
function along({ starts, lengths, step }, first, last) {
  let [start, end] = [Infinity, -1];
  for (let at = first; at <= last; at++) {
    if (lengths[at] === 0) continue;
    start = Math.min(start, starts[at]);
    end = Math.max(end, starts[at] + (lengths[at] - 1) * step);
  }
  return end < 0 ? null : { start, length: end - start + 1 };
}

/**
 * By stage number, the part that a cell is made of: its receptive field in each stage before it, as far back as it is known.
 * @param {readonly Stage[]} stages @param {import("./state.js").Cell} cell @returns {Map<number, Rect>}
 */
export function receptive(stages, { stage, row, column }) {
  const found = new Map();
  let rect = { top: row, left: column, height: 1, width: 1 };
  for (let at = stage; at > 0 && stages[at]; at--) {
    const { axes, shape } = stages[at];
    const before = stages[at - 1];
    if (axes) {
      const [rows, columns] = [along(axes[0], rect.top, rect.top + rect.height - 1), along(axes[1], rect.left, rect.left + rect.width - 1)];
      if (!rows || !columns) return found;
      rect = { top: rows.start, left: columns.start, height: rows.length, width: columns.length };
    } else if (before.shape[1] !== shape[1] || before.shape[2] !== shape[2]) return found; // a way back up has no windows
    found.set(at - 1, rect);
  }
  return found;
}
