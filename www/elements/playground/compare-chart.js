// A small chart of curves over shifts, in SVG: lines told apart by dash and mark as well as by colour, labelled where they end.

/** The widest and the narrowest that it is drawn: text keeps its size where the page is narrow. */
const [WIDEST, NARROWEST] = [560, 310];
const HEIGHT = 240;
const INSIDE = { left: 44, right: 128, top: 12, bottom: 34 };
/** Labels keep this distance, so that none covers another. */
const APART = 17;

/** Shapes of a line's points. @type {readonly ((x: number, y: number) => string)[]} */
const POINTS = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="3.5"/>`,
  (x, y) => `<rect x="${x - 3}" y="${y - 3}" width="6" height="6"/>`,
  (x, y) => `<path d="M${x} ${y - 4.5}l4.5 8h-9z"/>`,
  (x, y) => `<path d="M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z"/>`,
];

/** The end of the axis: a round number at or above the largest. @param {number} most */
function roundUp(most) {
  const unit = 10 ** Math.floor(Math.log10(most || 1));
  return [1, 2, 2.5, 5, 10].map((times) => times * unit).find((end) => end >= most) ?? most;
}

/**
 * @param {HTMLElement} figure
 * @param {readonly string[]} names
 * @param {readonly (readonly number[] | null)[]} curves
 */
export function drawCurves(figure, names, curves) {
  const width = Math.max(NARROWEST, Math.min(WIDEST, figure.clientWidth || WIDEST));
  const known = curves.flatMap((curve) => curve ?? []).filter(Number.isFinite);
  const length = curves.find((curve) => curve)?.length ?? 17;
  const end = roundUp(Math.max(...known, 0.01));
  const x = (/** @type {number} */ at) => INSIDE.left + (at / (length - 1)) * (width - INSIDE.left - INSIDE.right);
  const y = (/** @type {number} */ value) => HEIGHT - INSIDE.bottom - (Math.min(value, end) / end) * (HEIGHT - INSIDE.top - INSIDE.bottom);
  const lines = [0, 0.5, 1].map((part) => `<line class="rule" x1="${INSIDE.left}" x2="${width - INSIDE.right}" y1="${y(part * end)}" y2="${y(part * end)}"/><text class="tick" text-anchor="end" x="${INSIDE.left - 8}" y="${y(part * end) + 4}">${part * end}</text>`);
  const half = (length - 1) / 2;
  const ticks = [0, half / 2, half, (3 * half) / 2, length - 1].map((at) => `<text class="tick" text-anchor="middle" x="${x(at)}" y="${HEIGHT - INSIDE.bottom + 17}">${String(at - half).replace("-", "−")}</text>`);
  const drawn = curves.map((curve, which) => {
    if (!curve) return "";
    const places = curve.map((value, at) => [x(at), y(value)].map((place) => Math.round(place * 10) / 10));
    const points = places.map(([left, top]) => POINTS[which](left, top)).join("");
    return `<g data-line="${which}"><polyline points="${places.map((place) => place.join(",")).join(" ")}"/>${points}</g>`;
  });
  const ends = curves.flatMap((curve, which) => (curve ? [{ which, top: y(curve[length - 1]) }] : [])).sort((a, b) => a.top - b.top);
  ends.forEach((label, at) => (label.top = Math.max(label.top, at > 0 ? ends[at - 1].top + APART : 0)));
  const over = Math.max(0, (ends.at(-1)?.top ?? 0) - (HEIGHT - INSIDE.bottom));
  const labels = ends.map(({ which, top }) => `<text class="label" data-line="${which}" x="${width - INSIDE.right + 10}" y="${top - over + 4}">${"ABCD"[which]} ${names[which]}</text>`);
  figure.innerHTML = `<svg viewBox="0 0 ${width} ${HEIGHT}" aria-hidden="true">${lines.join("")}${ticks.join("")}<text class="tick" text-anchor="middle" x="${x(half)}" y="${HEIGHT - 2}">shift, cells</text>${drawn.join("")}${labels.join("")}</svg>`;
}
