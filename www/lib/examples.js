// Digits to pick instead of drawing: handwriting from the test set, drawn onto the pad.

/** @typedef {{ label: string, image: ImageData }} Example */

/** @type {Promise<readonly Example[]> | undefined} */
let loaded;

/** The examples, once for all who ask. @returns {Promise<readonly Example[]>} */
export function examples() {
  loaded ??= load();
  return loaded;
}

async function load() {
  const answer = await fetch(new URL("../networks/digits-examples.json", import.meta.url));
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return [];
}
