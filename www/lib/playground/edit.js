// Painting the input's cells. What is painted on becomes a matrix.
import { page, setInput } from "./state.js";
import { planeShown } from "./colours.js";

/** A map of more cells on a side is looked at, not painted on. */
const LARGEST = 64;

/** Whether a stage's cells can be painted: those of a small matrix at the stack's beginning. @param {{ number: number }} stage */
export const editable = ({ number }) => number === 0 && page.value.input.kind === "matrix" && page.value.input.planes[0].length <= LARGEST && page.value.input.planes[0][0].length <= LARGEST;

/** Counts strokes: all cells of one are undone at once. */
let stroke = 0;

/**
 * Gives an input cell a value.
 * @param {{ number: number }} stage @param {{ row: number, column: number }} cell @param {number} value @param {"start" | "go on" | "alone"} [part]  of a stroke
 */
export function paintCell(stage, { row, column }, value, part = "alone") {
  const { input } = page.value;
  if (!editable(stage) || input.kind !== "matrix") return;
  if (part !== "go on") stroke++;
  const shown = planeShown(page.value);
  const at = shown === "all" ? 0 : shown;
  if (input.planes[at]?.[row]?.[column] === value) return;
  const planes = input.planes.map((rows, plane) => (plane === at ? rows.with(row, rows[row].with(column, value)) : rows));
  setInput({ kind: "matrix", planes }, `stroke ${stroke}`);
}
