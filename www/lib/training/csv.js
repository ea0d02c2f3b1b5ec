// Results to take away.
import { nameOf } from "./poolings.js";

/** @typedef {import("./state.js").Run} Run */

const COLUMNS = ["run", "pooling", "images", "epochs", "seed", "learning_rate", "batch_size", "epoch", "training_accuracy", "test_accuracy", "training_loss", "test_loss"];

/** Every point of these runs, a row each (RFC 4180). @param {readonly Run[]} runs */
export function csvOf(runs) {
  const rows = runs.flatMap(({ id, setup, lines }) =>
    lines.flatMap(({ pooling, points }) =>
      points.map(({ epoch, training, test }) =>
        [id, nameOf(pooling), setup.images, setup.epochs, setup.seed, setup.learningRate, setup.batchSize, epoch, training.accuracy, test.accuracy, training.loss, test.loss].join(","),
      ),
    ),
  );
  return [COLUMNS.join(","), ...rows, ""].join("\r\n");
}

/** Has the browser save a file. @param {string} name @param {BlobPart} content @param {string} type */
export function save(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  // The browser has taken hold of the blob when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
