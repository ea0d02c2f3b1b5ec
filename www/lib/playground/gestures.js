// What pointers and keys do on a stage: point, pin, paint, move what is seen, zoom.
import { planeMarked } from "./colours.js";
import { editable, paintCell } from "./edit.js";
import { page, point, WHOLE } from "./state.js";
import { LARGEST_CELL, shifted, zoomed } from "./viewport.js";

/** @typedef {import("../../elements/playground/pool-stage.js").PoolStage} PoolStage */

/** Pointers that moved less than this far were a click. In CSS pixels. */
const CLICK = 5;
/** How much nearer a key or a turn of the wheel goes. */
const NEARER = 1.5;

/** The plane that answers are about: under colours the one that is marked. */
const plane = () => planeMarked(page.value);

/** How often a stage can be enlarged until its cells are as large as they get. @param {PoolStage} stage */
function most(stage) {
  const seen = stage.seen(page.value);
  return seen ? (LARGEST_CELL * page.value.viewport.zoom) / seen.at.size : 1;
}

/** Zooms around a place of the window, or around the middle. @param {PoolStage} stage @param {number} factor @param {{ clientX: number, clientY: number }} [event] */
export function zoomBy(stage, factor, event) {
  const seen = stage.seen(page.value);
  if (!seen) return;
  const box = stage.find(".map").getBoundingClientRect();
  const { at, map } = seen;
  const around = event && { x: (event.clientX - box.left - at.left) / at.size / map.width, y: (event.clientY - box.top - at.top) / at.size / map.height };
  page.set({ viewport: zoomed(page.value.viewport, factor, most(stage), around) });
}

/** Moves what is seen by CSS pixels. @param {PoolStage} stage @param {number} right @param {number} down */
function pan(stage, right, down) {
  const seen = stage.seen(page.value);
  if (seen) page.set({ viewport: shifted(page.value.viewport, right / seen.at.size / seen.map.width, down / seen.at.size / seen.map.height) });
}

/** @param {PoolStage} stage @param {{ row: number, column: number }} cell */
const at = (stage, cell) => ({ stage: stage.number, plane: plane(), ...cell });

/** Moves the viewport so that a cell is seen. @param {PoolStage} stage @param {{ row: number, column: number }} cell */
function show(stage, { row, column }) {
  const seen = stage.seen(page.value);
  if (!seen) return;
  const { at, box } = seen;
  const beyond = (/** @type {number} */ from, /** @type {number} */ room) => (from < 0 ? from : from + at.size > room ? from + at.size - room : 0);
  const [right, down] = [beyond(at.left + column * at.size, box.width), beyond(at.top + row * at.size, box.height)];
  if (right || down) pan(stage, right, down);
}

/** @param {PoolStage} stage @param {KeyboardEvent} event */
function key(stage, event) {
  const seen = stage.seen(page.value);
  if (!seen || event.ctrlKey || event.metaKey || event.altKey) return;
  const { pointed, pinned, brush } = page.value;
  const here = pointed?.stage === stage.number ? pointed : at(stage, { row: 0, column: 0 });
  const step = event.shiftKey ? 10 : 1;
  const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] });
  const move = moves[event.key];
  if (move) {
    const within = (/** @type {number} */ value, /** @type {number} */ length) => Math.max(0, Math.min(length - 1, value));
    const first = pointed?.stage !== stage.number;
    const cell = first ? { row: 0, column: 0 } : { row: within(here.row + move[0], seen.map.height), column: within(here.column + move[1], seen.map.width) };
    page.set({ pinned: false, playing: false });
    point(at(stage, cell));
    show(stage, cell);
  } else if (event.key === "+" || event.key === "=") zoomBy(stage, NEARER);
  else if (event.key === "-" && !typing(stage)) zoomBy(stage, 1 / NEARER);
  else if (event.key === "0" && !typing(stage)) page.set({ viewport: WHOLE });
  else if (event.key === "Enter" || event.key === " ") {
    if (brush !== null && editable(stage)) paintCell(stage, here, brush);
    else if (pointed) page.set({ pinned: !pinned, playing: false });
  } else if (event.key === "Escape") page.set({ pinned: false, playing: false });
  else if (/^\d$/.test(event.key) && typing(stage)) paintCell(stage, here, Number(event.key));
  else return;
  event.preventDefault();
}

/** Whether digits typed here are the cell's new value. @param {PoolStage} stage */
const typing = (stage) => editable(stage) && page.value.brush !== null;

let painting = false;

/** @param {PoolStage} stage @param {HTMLElement} box */
export function handleStage(stage, box) {
  /** Pointers that are down, where they were last. @type {Map<number, { clientX: number, clientY: number }>} */
  const down = new Map();
  let travelled = 0;
  let wasPinned = false;

  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    down.set(event.pointerId, event);
    travelled = 0;
    const cell = stage.cellAt(event);
    painting = cell !== null && page.value.brush !== null && editable(stage);
    if (painting || page.value.viewport.zoom > 1) box.setPointerCapture(event.pointerId);
    if (painting && cell) return paintCell(stage, cell, /** @type {number} */ (page.value.brush), "start");
    const { pointed, pinned } = page.value;
    wasPinned = pinned && pointed?.stage === stage.number && pointed.row === cell?.row && pointed.column === cell?.column;
    page.set({ pinned: false, playing: false });
    if (cell) point(at(stage, cell));
  });

  box.addEventListener("pointermove", (event) => {
    const cell = stage.cellAt(event);
    const before = down.get(event.pointerId);
    if (!before) return cell && !page.value.playing ? point(at(stage, cell)) : undefined;
    const [right, under] = [event.clientX - before.clientX, event.clientY - before.clientY];
    travelled += Math.abs(right) + Math.abs(under);
    if (painting) cell && paintCell(stage, cell, /** @type {number} */ (page.value.brush), "go on");
    else if (down.size === 2) pinch(stage, down, event);
    else if (page.value.viewport.zoom > 1 && travelled > CLICK) pan(stage, -right, -under);
    else if (cell) point(at(stage, cell));
    down.set(event.pointerId, event);
  });

  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    box.addEventListener(end, (event) => {
      if (!down.delete(event.pointerId)) return;
      const clicked = end === "pointerup" && !painting && travelled <= CLICK && stage.cellAt(event);
      painting = false;
      if (clicked && page.value.pointed) page.set({ pinned: !wasPinned });
    });
  }
  box.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse" && !down.size && !page.value.pinned && !page.value.playing && document.activeElement !== box) point(null);
  });

  box.addEventListener("wheel", (event) => {
    // A page scrolls by the wheel; a stage takes it where it has the focus, or with Ctrl, as pinching on a touchpad sends it.
    if (!event.ctrlKey && document.activeElement !== box) return;
    if (most(stage) <= 1 && page.value.viewport.zoom === 1) return;
    event.preventDefault();
    zoomBy(stage, Math.exp(-event.deltaY / (event.deltaMode === 0 ? 300 : 15)), event);
  }, { passive: false });

  box.addEventListener("keydown", (event) => key(stage, event));
  box.addEventListener("focus", () => {
    const { pointed } = page.value;
    const { greeted } = page.value;
    if (box.matches(":focus-visible") && (pointed?.stage !== stage.number || pointed === greeted)) point(at(stage, { row: 0, column: 0 }));
  });
}

/** Two fingers: their distance zooms, their middle moves. @param {PoolStage} stage @param {Map<number, { clientX: number, clientY: number }>} down @param {PointerEvent} event */
function pinch(stage, down, event) {
  const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
  const before = down.get(event.pointerId);
  if (!other || !before) return;
  const apart = (/** @type {{ clientX: number, clientY: number }} */ { clientX, clientY }) => Math.hypot(clientX - other.clientX, clientY - other.clientY) || 1;
  pan(stage, (before.clientX - event.clientX) / 2, (before.clientY - event.clientY) / 2);
  const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
  zoomBy(stage, apart(event) / apart(before), middle);
}
