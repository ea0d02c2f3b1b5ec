// Whether two candidates computed the same.

/**
 * The first difference, as words; undefined where there is none.
 * @param {ArrayLike<number>} made
 * @param {ArrayLike<number>} expected
 * @param {number} tolerance relative to the larger magnitude, or to 1 if that is larger
 */
export function differences(made, expected, tolerance) {
  if (made.length !== expected.length) return `${made.length} numbers instead of ${expected.length}`;
  for (let at = 0; at < made.length; at++) {
    const [a, b] = [made[at], expected[at]];
    const allowed = tolerance * Math.max(Math.abs(a), Math.abs(b), 1);
    if (!(a === b || Math.abs(a - b) <= allowed)) return `number ${at} is ${a} instead of ${b}`;
  }
}
