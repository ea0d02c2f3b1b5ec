// Owns one training run. The page asks for it a slice at a time: between two of them it can pause or end the run.
import init, { Training } from "../training.js";
import { serve } from "../serve.js";
import { first } from "./images.js";

/** @typedef {import("../training.js").Pictures} Pictures */
/** @typedef {import("../training.js").Score} Score */
/** @typedef {{ epoch: number, training: Score, test: Score }} Point  epochs done, and how well the network does then */
/** @typedef {{ done: number, point: Point | null }} Slice  the part of the run that is done, and a new point, where one is due */

/**
 * So many points has a curve, from a short run to a long one, if it has as many steps: a point takes as long as several
 * hundred images to learn from. They lie at fixed steps, so that the same seed gives the same curve.
 */
const POINTS = { fewest: 8, most: 24, images: 500 };
/** So many of the training images tell how well they are known: all of them would take longer than to learn from them. */
const LOOKED_AT = 1000;

/** @type {{ training: Training, known: Pictures, test: Pictures, steps: number, epochs: number, step: number, marks: Set<number> } | undefined} */
let run;

/**
 * @param {import("../training.js").TrainingOptions & { batchSize: number }} options
 * @param {{ training: Pictures, test: Pictures }} pictures
 */
function begin(options, { training, test }) {
  run?.training.free();
  const steps = options.epochs * Math.ceil(training.labels.length / options.batchSize);
  const { fewest, most, images } = POINTS;
  const points = Math.min(steps, most, Math.max(fewest, Math.round((options.epochs * training.labels.length) / images)));
  const marks = new Set(Array.from({ length: points }, (_, at) => Math.round(((at + 1) * steps) / points)));
  run = { training: new Training(options, training), known: first(training, LOOKED_AT), test, steps, epochs: options.epochs, step: 0, marks };
}

/** @param {{ milliseconds: number }} options  how long to go on, unless a point is due before @returns {Slice} */
function advance({ milliseconds }) {
  if (!run) throw new Error("the run has not begun");
  const end = performance.now() + milliseconds;
  const { training, known, test, steps, epochs, marks } = run;
  do {
    training.step();
    run.step++;
  } while (!marks.has(run.step) && performance.now() < end);
  const due = marks.has(run.step);
  const point = due ? { epoch: (epochs * run.step) / steps, training: training.score(known), test: training.score(test) } : null;
  return { done: run.step / steps, point };
}

/** The network as it is now. */
const file = () => run?.training.file("the first training images of MNIST in 16 greys (LeCun, Cortes, Burges; CC BY-SA 3.0)");

serve(init, { begin, advance, file });
