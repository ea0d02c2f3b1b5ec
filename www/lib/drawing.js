// What is drawn on a pad, and the way back. Any page whose state has these can have a pad.

/** @typedef {{ points: { x: number, y: number, width: number }[] }} Stroke  in the pad's own pixels */
/** @typedef {{ example: string | null, strokes: readonly Stroke[] }} Drawing  with the digit, where it was picked */
/** @typedef {{ drawing: Drawing, pastDrawings: readonly Drawing[], ink: ImageData | null }} Drawn  `ink`: the drawing as pixels */
/** @typedef {{ readonly value: Drawn, set(patch: Partial<Drawn>): void }} DrawnStore */

/** @type {Drawing} */
export const BLANK = Object.freeze({ example: null, strokes: [] });

/**
 * Puts a new drawing in place of the present one, which `undoDrawing` brings back.
 * @param {DrawnStore} store
 * @param {Drawing} drawing
 */
export function draw(store, drawing) {
  const { drawing: before, pastDrawings } = store.value;
  store.set({ drawing, pastDrawings: [...pastDrawings, before] });
}

/** Takes back the last stroke, clearing or choice of an example. @param {DrawnStore} store */
export function undoDrawing(store) {
  const { pastDrawings } = store.value;
  const before = pastDrawings.at(-1);
  if (before) store.set({ drawing: before, pastDrawings: pastDrawings.slice(0, -1) });
}
