// Which colours a stage is drawn in: what is to be seen of it, the map, and the values at its ends.

/** @typedef {import("./state.js").Playground} Playground */

/** The planes of a photograph; their inks are read on white. */
export const CHANNELS = /** @type {const} */ ([{ name: "Red", letter: "R", ink: "#c4261a" }, { name: "Green", letter: "G", ink: "#0d7034" }, { name: "Blue", letter: "B", ink: "#1f50d0" }]);

/** The planes drawn: "all" only where three planes are a photograph's colours. @param {Pick<Playground, "input" | "stages" | "colours">} state @returns {number | "all"} */
export function planeShown({ input, stages, colours: { plane } }) {
  const planes = stages[0]?.shape[0] ?? 1;
  if (plane === "all") return input.kind === "photo" && planes === 3 ? "all" : 0;
  return Math.min(plane, planes - 1);
}

/** The plane that answers and panels are about: the one drawn, or of three drawn as colours the one chosen. @param {Pick<Playground, "input" | "stages" | "colours" | "channel">} state */
export function planeMarked(state) {
  const shown = planeShown(state);
  return shown === "all" ? state.channel : shown;
}

/** @param {Pick<Playground, "input" | "stages" | "colours">} state @param {number} at  the stage */
export function scaleOf(state, at) {
  const { stages, colours } = state;
  const plane = planeShown(state);
  // Colours are codes from 0 to 255: a stage beyond them has a scale of its own, since a shared one would make all others pale.
  const alone = plane === "all" || !colours.shared;
  const ends = (alone ? [stages[at]] : stages).flatMap(({ extents }) => (plane === "all" ? extents : [extents[Math.min(plane, extents.length - 1)]]));
  const finite = ends.flat().filter(Number.isFinite);
  let [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0) [low, high] = [0, 1];
  // Both arms are equally long, so that 0 is in the neutral middle.
  const arm = Math.max(Math.abs(low), Math.abs(high)) || 1;
  if (plane === "all") return { plane, map: /** @type {const} */ ("gray"), low: low < 0 ? -arm : 0, high: low < 0 ? arm : Math.max(255, high) };
  const map = colours.map === "auto" ? (low < 0 ? "tide" : state.input.kind === "photo" ? "gray" : "deep") : colours.map;
  if (map !== "tide") return { plane, map, low, high };
  return { plane, map, low: -arm, high: arm };
}

/** Whether a colour is so dark that its ink is white; of the bytes of a picture. Null for none, as a NaN has. @param {Uint8ClampedArray} codes @param {number} at  the pixel */
export function isDark(codes, at) {
  const [red, green, blue, alpha] = codes.subarray(4 * at, 4 * at + 4);
  if (alpha === 0) return null;
  // Relative weights of the eye's three kinds of cones (Rec. 709), on codes: good enough to choose between two inks.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}
