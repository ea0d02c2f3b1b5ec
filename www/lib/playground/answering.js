// What the worker says about a cell: the window it is made of, the formula with numbers put in, the cells that read it.
import { short } from "./draw.js";
import { filterWeights, poolOptions } from "./layers.js";
import { poolingBefore } from "./making.js";

/** @typedef {typeof import("./core.js")} Core */
/** @typedef {import("./making.js").Made & { layer: import("./layers.js").Layer | null }} Kept */
/** @typedef {import("./state.js").Cell} Cell */
/** @typedef {import("./answer.js").Window} Window */

/** A window with more taps is outlined, but its taps are not marked one by one. */
const MOST_TAPS = 1024;
/** A formula with more terms is shortened. */
const MOST_TERMS = 12;

/** A cell's value. @param {Kept} stage @param {Cell} cell */
const valueAt = ({ maps, shape: [, height, width] }, { plane, row, column }) => maps.view()[(plane * height + row) * width + column];

/** @param {Core} core @param {readonly Kept[]} kept @param {Cell} cell @param {readonly number[]} planes  that are seen together @returns {Omit<import("./answer.js").Answer, "version"> | null} */
export function answerTo(core, kept, cell, planes) {
  const stage = kept[cell.stage];
  if (!stage || cell.plane >= stage.shape[0] || cell.row >= stage.shape[1] || cell.column >= stage.shape[2]) return null;
  const window = windowOf(core, kept, cell);
  const each = planes.filter((plane) => plane < stage.shape[0]).map((plane) => {
    const there = plane === cell.plane ? window : windowOf(core, kept, { ...cell, plane });
    return { plane, value: valueAt(stage, { ...cell, plane }), formula: there?.formula ?? "", winner: there?.winner ?? null };
  });
  return { cell, value: valueAt(stage, cell), window, each, readers: readersOf(core, kept, cell) };
}

/** @param {Core} core @param {readonly Kept[]} kept @param {Cell} cell @returns {Window | null} */
function windowOf(core, kept, cell) {
  const [before, { layer }] = [kept[cell.stage - 1], kept[cell.stage]];
  if (!before || !layer) return null;
  if (layer.kind === "relu") {
    const value = valueAt(before, cell);
    const formula = `max(0, ${short(value)}) = ${short(valueAt(kept[cell.stage], cell))}`;
    return { rect: { top: cell.row, left: cell.column, height: 1, width: 1 }, taps: [{ kind: "cell", ...place(before, [cell.row, cell.column]), value, share: value > 0 ? 1 : 0 }], winner: null, ties: 0, formula };
  }
  if (layer.kind === "filter") return filterWindow(kept, cell, layer);
  if (layer.kind === "unpool") return wayUp(core, kept, cell, layer.options);
  const explained = core.explain(before.maps, { ...poolOptions(layer.options), shape: [1, ...before.shape] }, { plane: [0, cell.plane], cell: [cell.row, cell.column], mostTaps: MOST_TAPS, mostTerms: MOST_TERMS });
  const [rows, columns] = explained.kernelSize;
  const [down, across] = explained.step;
  return {
    rect: { top: explained.origin[0], left: explained.origin[1], height: (rows - 1) * down + 1, width: (columns - 1) * across + 1 },
    taps: explained.taps.map((tap) => (tap.kind === "cell" ? { kind: tap.kind, ...place(before, tap.position), value: tap.value, share: tap.weight } : { kind: tap.kind, flat: null, value: NaN, share: 0 })),
    winner: explained.winner && place(before, explained.winner).flat,
    ties: explained.ties.length,
    formula: explained.formula,
  };
}

/** The cells that a way back up makes a value of. @param {Core} core @param {readonly Kept[]} kept @param {Cell} cell @param {import("./layers.js").Options} options @returns {Window | null} */
function wayUp(core, kept, cell, { way }) {
  const stages = kept.slice(0, cell.stage);
  const small = stages[stages.length - 1];
  const [, height, width] = kept[cell.stage].shape;
  const how = { way, shape: [1, ...small.shape], outputSize: [height, width], plane: /** @type {[number, number]} */ ([0, cell.plane]), cell: [cell.row, cell.column] };
  const at = way === "max" || way === "average" ? poolingBefore(stages) : -1;
  const whole = stages[at - 1];
  const layer = stages[at]?.layer;
  const { formula, sources } = whole && layer ? core.explainUp(small.maps, how, whole.maps, { ...poolOptions(layer.options), shape: [1, ...whole.shape] }) : core.explainUp(small.maps, how);
  if (sources.length === 0) return { rect: { top: 0, left: 0, height: 0, width: 0 }, taps: [], winner: null, ties: 0, formula };
  const [rows, columns] = [0, 1].map((axis) => sources.map(({ position }) => position[axis]));
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const taps = sources.map(({ position, value, weight }) => ({ kind: /** @type {const} */ ("cell"), ...place(small, position), value, share: weight }));
  return { rect: { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 }, taps, winner: null, ties: 0, formula };
}

/** @param {Kept} stage @param {number[]} position */
const place = ({ shape }, [row, column]) => ({ flat: row * shape[2] + column });

/** @param {readonly Kept[]} kept @param {Cell} cell @param {import("./layers.js").Layer} layer @returns {Window} */
function filterWindow(kept, cell, { options }) {
  const before = kept[cell.stage - 1];
  const [, height, width] = before.shape;
  const weights = filterWeights(options);
  /** @type {import("./answer.js").Tap[]} */
  const taps = [];
  const terms = [];
  for (const [at, weight] of weights.entries()) {
    const [row, column] = [cell.row - 1 + Math.floor(at / 3), cell.column - 1 + (at % 3)];
    const inside = row >= 0 && column >= 0 && row < height && column < width;
    const within = (/** @type {number} */ value, /** @type {number} */ length) => Math.max(0, Math.min(length - 1, value));
    const edge = { ...cell, row: within(row, height), column: within(column, width) };
    const value = inside || options.border === "edge" ? valueAt(before, edge) : 0;
    taps.push(inside ? { kind: "cell", ...place(before, [row, column]), value, share: weight } : { kind: "padding", flat: null, value, share: 0 });
    if (weight !== 0) terms.push(`${short(weight)}·${short(value)}`);
  }
  const formula = `${terms.join(" + ").replaceAll("+ −", "− ") || "0"} = ${short(valueAt(kept[cell.stage], cell))}`;
  return { rect: { top: cell.row - 1, left: cell.column - 1, height: 3, width: 3 }, taps, winner: null, ties: 0, formula };
}

/** @param {Core} core @param {readonly Kept[]} kept @param {Cell} cell @returns {import("./answer.js").Answer["readers"]} */
function readersOf(core, kept, cell) {
  const [stage, next] = [kept[cell.stage], kept[cell.stage + 1]];
  if (!next?.layer) return null;
  const { kind, options } = next.layer;
  if (kind === "unpool" && options.way !== "nearest") return null;
  const at = (/** @type {number} */ row, /** @type {number} */ column) => ({ ...place(next, [row, column]), value: valueAt(next, { ...cell, row, column }) });
  if (kind === "relu") return [{ ...at(cell.row, cell.column), share: valueAt(stage, cell) > 0 ? 1 : 0, wins: false }];
  if (kind === "unpool") {
    const corner = [cell.row * options.scale, cell.column * options.scale];
    return Array.from({ length: options.scale ** 2 }, (_, copy) => ({ ...at(corner[0] + Math.floor(copy / options.scale), corner[1] + (copy % options.scale)), share: 1, wins: false }));
  }
  if (kind === "filter") {
    const weights = filterWeights(options);
    return weights.flatMap((share, tap) => {
      // The output cell whose window has this cell under tap number `tap`.
      const [row, column] = [cell.row + 1 - Math.floor(tap / 3), cell.column + 1 - (tap % 3)];
      const inside = row >= 0 && column >= 0 && row < next.shape[1] && column < next.shape[2];
      return inside ? [{ ...at(row, column), share, wins: false }] : [];
    });
  }
  const found = core.readers(stage.maps, { ...poolOptions(options), shape: [1, ...stage.shape] }, { plane: [0, cell.plane], cell: [cell.row, cell.column] });
  return found.map(({ position, value, weight, wins }) => ({ ...place(next, position), value, share: weight, wins }));
}
