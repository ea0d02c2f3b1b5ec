// The stack as a value: each change makes a new one, so that the old one can be gone back to.
import { startOptions } from "./layers.js";

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {readonly Layer[]} Stack */

/** A number that no layer of the stack has. @param {Stack} stack */
const fresh = (stack) => Math.max(0, ...stack.map(({ id }) => id)) + 1;

/** The stack with a layer of this kind after the one with number `after`, or at the end. @param {Stack} stack @param {Layer["kind"]} kind @param {number | null} after @returns {{ stack: Stack, id: number }} */
export function added(stack, kind, after = null) {
  const layer = { id: fresh(stack), kind, options: startOptions(kind) };
  const at = after === null ? stack.length : stack.findIndex(({ id }) => id === after) + 1;
  return { stack: stack.toSpliced(at, 0, layer), id: layer.id };
}

/** @param {Stack} stack @param {number} id @returns {Stack} */
export const removed = (stack, id) => stack.filter((layer) => layer.id !== id);

/** The stack with the layer `id` at place `to`. @param {Stack} stack @param {number} id @param {number} to @returns {Stack} */
export function moved(stack, id, to) {
  const layer = stack.find((layer) => layer.id === id);
  if (!layer) return stack;
  const rest = removed(stack, id);
  return rest.toSpliced(Math.max(0, Math.min(rest.length, to)), 0, layer);
}

/** The stack with some options of a layer changed. @param {Stack} stack @param {number} id @param {import("./layers.js").Options} patch @returns {Stack} */
export const changed = (stack, id, patch) => stack.map((layer) => (layer.id === id ? { ...layer, options: { ...layer.options, ...patch } } : layer));
