// Which input positions a window reads along one axis, as the core tells them.

/** @typedef {import("./core.js").AxisGeometry} Axis */
/** @typedef {{ first: number, last: number }} Span */

/** From the first position that window `at` reads to the last; null where it reads none. @param {Axis} axis @param {number} at @returns {Span | null} */
export function spanOf({ spans, step }, at) {
  const { start, length } = spans[at];
  return length === 0 ? null : { first: start, last: start + (length - 1) * step };
}

/** The window that spans a position and whose middle is nearest to it, or −1. @param {Axis} axis @param {number} position */
export function windowOver(axis, position) {
  let best = -1;
  let nearest = Infinity;
  for (let at = 0; at < axis.spans.length; at++) {
    const span = spanOf(axis, at);
    if (!span || span.first > position || position > span.last) continue;
    const distance = Math.abs(span.first + span.last - 2 * position);
    if (distance < nearest) [best, nearest] = [at, distance];
  }
  return best;
}
