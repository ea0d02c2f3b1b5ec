// A run's numbers, in words.
import { nameOf } from "./poolings.js";

/** @typedef {import("./state.js").Run} Run */
/** @typedef {import("./state.js").Line} Line */
/** @typedef {import("./state.js").Measure} Measure */

/** @param {number} count */
export const whole = (count) => count.toLocaleString("en");
/** @param {number} count  10 000 as `10k` */
export const short = (count) => (count < 1000 ? String(count) : `${count / 1000}k`);
/** @param {number} share */
export const percent = (share) => `${(100 * share).toFixed(1)} %`;
/** @param {number} value @param {Measure} measure */
export const valueText = (value, measure) => (measure === "accuracy" ? percent(value) : value.toFixed(3));

/** Training less test: how much better a network does on what it has seen. @param {number} difference @param {Measure} measure */
export function gapText(difference, measure) {
  const size = measure === "accuracy" ? Math.abs(100 * difference).toFixed(1) : Math.abs(difference).toFixed(3);
  return Number(size) === 0 ? size : `${difference < 0 ? "−" : "+"}${size}`;
}

/** @param {Run} run @param {Line} line */
export const lineName = ({ setup }, { pooling }) => `${nameOf(pooling)}, ${whole(setup.images)} images`;

/** @param {Run} run */
export const runName = ({ id, setup }) =>
  `Run ${id}: ${setup.poolings.map(nameOf).join(", ")}; ${whole(setup.images)} images, ${setup.epochs} ${setup.epochs === 1 ? "epoch" : "epochs"}, seed ${setup.seed}`;

/** @param {number} milliseconds */
export function durationText(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What is left of a run, from its pace so far; none before there is one. @param {Run} run */
export function timeLeft({ lines }) {
  const left = lines.map(({ done, milliseconds, status }) => (status === "training" && done > 0 ? (milliseconds * (1 - done)) / done : 0));
  const started = lines.some(({ done }) => done > 0);
  return started ? Math.max(...left) : null;
}

/** Images learned from in a second. @param {Run} run @param {Line} line */
export const pace = ({ setup }, { done, milliseconds }) => (milliseconds > 0 ? (1000 * setup.images * setup.epochs * done) / milliseconds : 0);

/** Where a line stands. @param {Run} run @param {Line} line */
export function lineText({ setup }, { status, done, points, error }) {
  const last = points.at(-1);
  const score = last ? `${percent(last.test.accuracy)} of the test images right` : "";
  if (status === "error") return error ?? "";
  if (status === "waiting") return "waiting for its worker";
  const epoch = `epoch ${(setup.epochs * done).toFixed(1)} of ${setup.epochs}`;
  return [status === "training" ? epoch : status === "stopped" ? `stopped at ${epoch}` : "done", score].filter(Boolean).join(", ");
}
