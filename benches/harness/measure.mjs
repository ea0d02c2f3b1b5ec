// Times candidates side by side. Only ratios within one round count: machines are noisy, and what disturbs a round
// disturbs all of it.

/** A sample takes at least so many milliseconds, so that the clock's resolution (5 µs in an isolated page) is below 0.5 %. */
const SAMPLE = 1.5;
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
  const timers = [];
  for (const [name, candidate] of Object.entries(candidates)) timers.push({ name, ...(await prepare(candidate, rounds)) });
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(timers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const timer of shuffled(timers)) times[timer.name].push(await sample(timer));
  }
  return times;
}

/**
 * @param {Candidate} candidate
 * @param {number} rounds with one round nothing is learnt from times, and nothing warmed up for them
 */
async function prepare({ call, units = 1 }, rounds) {
  const waits = call() instanceof Promise;
  let [spent, calls, last] = [0, 0, 0];
  do {
    last = await time(call, 1, waits);
    spent += last;
    calls += 1;
  } while (rounds > 1 && last < LONG && (spent < WARM.milliseconds || calls < WARM.calls));
  const repeats = Math.min(Math.max(Math.ceil(SAMPLE / Math.max(last, 1e-3)), 1), 1000);
  return { call, units, waits, repeats: rounds > 1 ? repeats : 1, untimed: last < LONG };
}

/** @param {{ call: () => unknown, units: number, waits: boolean, repeats: number, untimed: boolean }} timer */
async function sample({ call, units, waits, repeats, untimed }) {
  if (untimed) await time(call, 1, waits);
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

/** @param {number[]} times */
export const median = (times) => ratio(times, times.map(() => 1)).median;
