// Times candidates side by side. Only ratios within one round count: machines are noisy, and what disturbs a round
// disturbs all of it.

/**
 * A sample takes as many milliseconds as the row's slowest call, within these bounds. The least makes the clock's resolution
 * (5 µs in an isolated page) small. And samples are as long as each other because a busy machine takes the processor away
 * from long ones: short samples would seem faster than they are.
 */
const [SHORTEST, LONGEST] = [1.5, 25];
/** A candidate is warm when it has run so many milliseconds and so many times: engines compile in stages. */
const WARM = { milliseconds: 120, calls: 3 };
/** A call that takes so many milliseconds does without the untimed call before it. */
const LONG = 300;

/**
 * What is timed.
 * @typedef {object} Candidate
 * @property {() => unknown} call one run; where it returns a promise, that is awaited
 * @property {number} [units] how many pieces of work a call does; times are for one piece. Default: 1
 */

/**
 * The time of one piece of work of each candidate, in milliseconds, for each round.
 * @param {Record<string, Candidate>} candidates
 * @param {number} rounds
 * @returns {Promise<Record<string, number[]>>}
 */
export async function measure(candidates, rounds) {
  const warmed = [];
  for (const [name, { call, units = 1 }] of Object.entries(candidates)) warmed.push({ name, call, units, ...(await warm(call, rounds)) });
  const length = Math.min(Math.max(SHORTEST, ...warmed.map(({ fastest }) => fastest)), LONGEST);
  const timers = warmed.map((one) => ({ ...one, repeats: rounds > 1 ? Math.min(Math.ceil(length / Math.max(one.fastest, 1e-3)), 10_000) : 1 }));
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(timers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const timer of shuffled(timers)) times[timer.name].push(await sample(timer));
  }
  return times;
}

/**
 * @param {() => unknown} call
 * @param {number} rounds with one round nothing is learnt from times, and nothing warmed up for them
 * @returns {Promise<{ waits: boolean, fastest: number }>} whether a call is waited for, and the time of the fastest
 */
async function warm(call, rounds) {
  const waits = call() instanceof Promise;
  let [spent, calls, fastest] = [0, 0, Infinity];
  do {
    const last = await time(call, 1, waits);
    fastest = Math.min(fastest, last);
    spent += last;
    calls += 1;
  } while (rounds > 1 && fastest < LONG && (spent < WARM.milliseconds || calls < WARM.calls));
  return { waits, fastest };
}

/** @param {{ call: () => unknown, units: number, waits: boolean, repeats: number, fastest: number }} timer */
async function sample({ call, units, waits, repeats, fastest }) {
  if (fastest < LONG) await time(call, 1, waits);
  return (await time(call, repeats, waits)) / repeats / units;
}

/**
 * @param {() => unknown} call
 * @param {number} repeats
 * @param {boolean} waits
 */
async function time(call, repeats, waits) {
  const start = performance.now();
  if (waits) for (let at = 0; at < repeats; at++) await call();
  else for (let at = 0; at < repeats; at++) call();
  return performance.now() - start;
}

/**
 * @template T
 * @param {T[]} list
 */
export function shuffled(list) {
  const order = [...list];
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}

/**
 * The median and the 10th and 90th percentile of a ratio that is taken round by round.
 * @param {number[]} above
 * @param {number[]} below
 */
export function ratio(above, below) {
  const ratios = above.map((time, round) => time / below[round]).sort((a, b) => a - b);
  const quantile = (/** @type {number} */ q) => {
    const [at, part] = [Math.floor(q * (ratios.length - 1)), (q * (ratios.length - 1)) % 1];
    return part ? ratios[at] * (1 - part) + ratios[at + 1] * part : ratios[at];
  };
  return { low: quantile(0.1), median: quantile(0.5), high: quantile(0.9) };
}
