// Runs rows: makes the candidates, holds their results equal, times them, reports ratios. The same in Node and in a page.
import { GROUPS } from "../rows/groups.mjs";
import { differences } from "./compare.mjs";
import { measure, ratio } from "./measure.mjs";

/**
 * How a row's numbers are weighed: by the time of `of` in that of `against` where `atMost` is there, a target or null; else
 * by the time of `against` in that of `of`.
 * @typedef {{ of?: string, against: string, atMost?: number | null, atLeast?: number }} Weighed
 *
 * A candidate and what it computed, to be held equal to the row's `expected`.
 * @typedef {import("./measure.mjs").Candidate & { result?: () => ArrayLike<number>, expected?: ArrayLike<number>,
 *   free?: () => void }} Checked
 *
 * @typedef {object} Work
 * @property {Record<string, Checked | undefined>} candidates those that are missing (a peer that is not installed) are left out
 * @property {Weighed[]} ratios
 * @property {ArrayLike<number>} [expected]
 * @property {number} [rounds] at most so many, where a call takes seconds
 * @property {number} [tolerance] the largest difference, relative to the larger magnitude or 1. Default: 0
 *
 * @typedef {{ name: string, setUp: (setting: any) => Work | Promise<Work> }} Row
 */

/** What a row's own candidate is called where it has one. */
export const OURS = "ours";

/**
 * @param {object} setting `core` and `networks`: our modules, started; peers where they are installed
 * @param {{ rows?: string, rounds: number }} options `rows`: only rows in whose group or name it is
 * @param {(result: object) => void} report
 * @returns {Promise<number>} how many rows failed
 */
export async function bench(setting, { rows: wanted = "", rounds }, report) {
  let failures = 0;
  for (const [group, rows] of Object.entries(GROUPS)) {
    for (const row of rows.filter(({ name }) => `${group}: ${name}`.toLowerCase().includes(wanted.toLowerCase()))) {
      try {
        for (const result of await run(row, setting, rounds)) report({ group, row: row.name, ...result });
      } catch (error) {
        failures += 1;
        report({ group, row: row.name, error: error instanceof Error ? error.stack : String(error) });
      }
    }
  }
  return failures;
}

/**
 * @param {Row} row
 * @param {object} setting
 * @param {number} rounds
 */
async function run(row, setting, rounds) {
  const { candidates, ratios, expected, tolerance = 0, rounds: most = rounds } = await row.setUp(setting);
  /** @type {Record<string, Checked>} */
  const present = Object.fromEntries(Object.entries(candidates).flatMap(([name, one]) => (one ? [[name, one]] : [])));
  try {
    for (const [name, candidate] of Object.entries(present)) await check(name, candidate, candidate.expected ?? expected, tolerance);
    const times = await measure(present, Math.min(rounds, most));
    const both = ratios.filter(({ of = OURS, against }) => present[of] && present[against]);
    return both.map((weighed) => weigh(weighed, times));
  } finally {
    for (const { free } of Object.values(present)) free?.();
  }
}

/**
 * @param {string} name
 * @param {Checked} candidate
 * @param {ArrayLike<number> | undefined} expected
 * @param {number} tolerance
 */
async function check(name, candidate, expected, tolerance) {
  await candidate.call();
  if (!candidate.result || !expected) return;
  const wrong = differences(candidate.result(), expected, tolerance);
  if (wrong) throw new Error(`${name} computed something else: ${wrong}`);
}

/**
 * What is reported of two candidates.
 * @param {Weighed} weighed
 * @param {Record<string, number[]>} times
 */
export function weigh({ of = OURS, against, atMost, atLeast }, times) {
  const time = atMost !== undefined;
  const compared = time ? ratio(times[of], times[against]) : ratio(times[against], times[of]);
  return { of, against, ...compared, sense: time ? "time" : "speed", target: time ? atMost : atLeast };
}
